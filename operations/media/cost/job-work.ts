import { ARM_FACTOR, FILM, FILM_RENDITIONS, IMAGE, IMAGE_WITH_AVIF, type MeasuredJob } from "./measured.ts";

/** What one job asks of the services on its way, from a page's first request to the answer that says COMPLETED. */
export interface JobWork extends MeasuredJob {
  /** That one place of its worker is taken. */
  readonly seconds: number;
  readonly renditions: number;
  readonly statusReads: number;
  readonly readUnitsPerRead: number;
  readonly rowBytes: number;
  /** Of the row itself. */
  readonly rowWriteUnits: number;
  /** Of the index `abandoned`, which DynamoDB counts by themselves. */
  readonly indexWriteUnits: number;
}

/** Figures in the place of those on record; for benches. */
export interface MeasuredImage {
  readonly cpuMs: number;
  readonly renditions: number;
}

interface ImageSettings {
  readonly memoryMb: number;
  /** Of the function `resize`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly measured?: MeasuredImage | undefined;
}

/** 1769 MB are one vCPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_PER_VCPU = 1769;
/** A picture is made by one; a film by as many as there are vCPUs (lambdas/media/formats/av-limits.ts). */
const IMAGE_THREADS = 1;
/** A worker waits for S3 and the table: the source, the last rendition, claim and completion; some 25 ms each. */
const WORKER_WAIT_SECONDS = 0.1;
/** The pace at which a film's bytes come and go; a picture's are part of the wait. */
const BYTES_PER_SECOND = 80_000_000;
/** presign and status compute for 1 ms and wait for one call to the table. */
export const API_CALL_SECONDS = 0.015;
/** Event, queue and poller, before a worker begins. */
export const QUEUE_SECONDS = 0.8;
/** A page asks again after a quarter of a second, then after 1.6 times as long, at most 5 s (web/media/course.ts). */
const STATUS_WAIT = { first: 0.25, growth: 1.6, longest: 5 } as const;
/** presign writes the row, the claim changes it; each is below a unit. */
const ROW_WRITES_BEFORE_COMPLETION = 2;
/** presign puts the row into the index, the claim takes it out. */
const INDEX_WRITES = 2;
/** At most: lambdas/media/jobs/claim-watch.ts. */
const PROGRESS_WRITES_PER_SECOND = 1;
/** Bytes of a row without renditions, and of one rendition in it. */
const ROW_BYTES = 450;
const RENDITION_ROW_BYTES = 170;
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
/** A picture of 640 pixels, as the CDN hands it out. */
export const VIEW_BYTES = 60_000;

/** A picture of 12 MP, by the settings of the function that makes it. */
export function planImageWork({ memoryMb, variables, measured }: ImageSettings): JobWork {
  const { IMAGE_WIDTHS: widths = "", IMAGE_AVIF: avif } = variables;
  const formats = avif === "true" ? 3 : 2;
  const onRecord = avif === "true" ? IMAGE_WITH_AVIF : IMAGE;
  const job = { ...onRecord, renditions: widths.split(",").length * formats, ...measured };
  return planWork(job, memoryMb, IMAGE_THREADS);
}

/** A film of ten seconds that is encoded. */
export function planFilmWork({ memoryMb }: { readonly memoryMb: number }): JobWork {
  return planWork({ ...FILM, renditions: FILM_RENDITIONS }, memoryMb, Number.POSITIVE_INFINITY);
}

function planWork(job: MeasuredJob & { readonly renditions: number }, memoryMb: number, threads: number): JobWork {
  const vcpus = Math.min(memoryMb / MB_PER_VCPU, threads);
  const transferSeconds = (job.sourceBytes + job.renditionBytes) / BYTES_PER_SECOND;
  const seconds = ((job.cpuMs / 1000) * ARM_FACTOR) / vcpus + Math.max(WORKER_WAIT_SECONDS, transferSeconds);
  const rowBytes = ROW_BYTES + job.renditions * RENDITION_ROW_BYTES;
  // A picture is done before its first progress would be due.
  const progress = Math.floor(seconds * PROGRESS_WRITES_PER_SECOND);
  return {
    ...job,
    seconds,
    statusReads: countStatusReads(QUEUE_SECONDS + seconds),
    readUnitsPerRead: Math.ceil(rowBytes / READ_UNIT_BYTES),
    rowBytes,
    rowWriteUnits: ROW_WRITES_BEFORE_COMPLETION + progress + Math.ceil(rowBytes / WRITE_UNIT_BYTES),
    indexWriteUnits: INDEX_WRITES,
  };
}

/** Reads until one sees the end. */
function countStatusReads(seconds: number): number {
  let [reads, at, wait] = [1, 0, STATUS_WAIT.first as number];
  for (; at < seconds; reads++) {
    at += wait;
    wait = Math.min(wait * STATUS_WAIT.growth, STATUS_WAIT.longest);
  }
  return reads;
}
