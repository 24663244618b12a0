import { randomUUID } from "node:crypto";
import { renditionKey, sourceKey } from "../../contracts/media/keys.ts";
import { DynamoDbJobTable } from "../../lambdas/media/jobs/aws/dynamodb-job-table.ts";
import { planWatchSeconds } from "../../web/media/course.ts";
import { SimulatedTable } from "./simulated-table.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What is let through a second; leave out what is not to be looked at. */
export interface SimulatedLimits {
  /** Requests of the API's stage. */
  readonly stage?: number;
  /** Calls of presign. */
  readonly presign?: number;
  /** Places of the worker. */
  readonly places?: number;
  /** PUTs of renditions. */
  readonly puts?: number;
  /** Write units of the table, and of one hash value of its index. */
  readonly table?: number;
  readonly hashValue?: number;
}

export type Place = keyof SimulatedLimits;

/** What no code of ours decides: how long a job takes, how many files it makes, how soon a worker begins. */
export interface SimulatedJob {
  readonly seconds: number;
  readonly queueSeconds: number;
  readonly renditions: number;
}

type Step = readonly [at: number, run: () => Promise<void> | void];

/** More than this part refused, or kept waiting for longer than the job itself takes: that rate is too high. */
const TOLERATED = 0.02;
const GROWTH = 1.1;
/** Virtual, after the first job has ended; long enough to see a queue grow, and at high rates few enough jobs for a test. */
const LONGEST_SECONDS = 12;
const SHORTEST_SECONDS = 0.4;
const JOBS = 1500;

/** Drives uploads at growing rates until something breaks: the last rate that held, and what broke. */
export async function findBreak(
  limits: SimulatedLimits,
  job: SimulatedJob,
  fromRate: number,
): Promise<{ readonly rate: number; readonly place: Place }> {
  for (let rate = fromRate; ; rate *= GROWTH) {
    const refused = await drive(limits, job, rate);
    const broken = [...refused].sort(([, a], [, b]) => b - a)[0];
    if (broken && broken[1] > TOLERATED) return { rate: rate / GROWTH, place: broken[0] };
  }
}

/** One rate, for a while: which part of its uses each place refused. */
async function drive(limits: SimulatedLimits, job: SimulatedJob, rate: number): Promise<Map<Place, number>> {
  const warmUp = job.queueSeconds + job.seconds;
  const seconds = warmUp + Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, JOBS / rate));
  const run = new Run(limits, job, warmUp);
  const steps = Array.from({ length: Math.floor(seconds * rate) }, (_, index) => run.plan(index / rate)).flat();
  for (const [at, step] of steps.filter(([at]) => at < seconds).sort(([a], [b]) => a - b)) {
    run.table.now = at;
    await step();
  }
  return run.refusedParts();
}

class Run {
  readonly table: SimulatedTable;
  private readonly limits: SimulatedLimits;
  private readonly jobs: DynamoDbJobTable;
  private readonly buckets: Readonly<Record<"stage" | "presign" | "puts", TokenBucket>>;
  private readonly freeAt: number[];
  private readonly asked = new Map<Place, number>();
  private readonly refused = new Map<Place, number>();

  constructor(
    limits: SimulatedLimits,
    private readonly job: SimulatedJob,
    private readonly countsFrom: number,
  ) {
    this.limits = limits;
    const { stage, presign, puts, places = 0, table, hashValue } = limits;
    const never = Number.MAX_SAFE_INTEGER;
    this.table = new SimulatedTable({ table: table ?? never, hashValue: hashValue ?? never });
    this.table.countsFrom = countsFrom;
    this.jobs = new DynamoDbJobTable(this.table.client, "jobs");
    this.buckets = {
      stage: new TokenBucket(stage ?? never),
      presign: new TokenBucket(presign ?? never),
      puts: new TokenBucket(puts ?? never),
    };
    this.freeAt = Array<number>(places).fill(0);
  }

  /** Whether anybody looks at the table. */
  private get writes(): boolean {
    return this.limits.table !== undefined || this.limits.hashValue !== undefined;
  }

  /** One upload's whole way, as it is when nothing is late. */
  plan(at: number): Step[] {
    const jobId = randomUUID();
    const begins = at + this.job.queueSeconds;
    const ends = begins + this.job.seconds;
    return [
      [at, () => this.presign(jobId, at)],
      ...(this.limits.stage === undefined ? [] : this.planPolls(at, ends)),
      [begins, () => this.begin(jobId, begins)],
      ...(this.limits.table === undefined && this.limits.puts === undefined
        ? []
        : [[ends, () => this.end(jobId, ends)] as const]),
    ];
  }

  /** As the page asks: at once, and by its own patience until it sees the end. */
  private planPolls(from: number, until: number): Step[] {
    const polls: Step[] = [];
    for (let [at, asked] = [from, 0]; ; asked += 1) {
      const now = at;
      polls.push([now, () => this.take("stage", now)]);
      if (now >= until) return polls;
      at += planWatchSeconds(asked, 1, { retryAfterSeconds: 5 });
    }
  }

  private async presign(jobId: string, at: number): Promise<void> {
    this.take("stage", at);
    this.take("presign", at);
    if (!this.writes) return;
    const now = new Date(at * 1000);
    await this.jobs.create({
      jobId,
      key: sourceKey("image", jobId),
      kind: "image",
      fileName: "IMG_20261126_120000.jpg",
      source: { contentType: "image/jpeg", bytes: 3_984_000 },
      ...{ createdAt: now, uploadExpiresAt: now, abandonedAt: now, forgetAt: now },
    });
  }

  private async begin(jobId: string, at: number): Promise<void> {
    this.takePlace(at);
    if (!this.writes) return;
    await this.jobs.claim(jobId, new Date(at * 1000), 60, { messageId: randomUUID(), receiveCount: 1 });
  }

  private async end(jobId: string, at: number): Promise<void> {
    const renditions = Array.from({ length: this.job.renditions }, (_, index) => {
      this.take("puts", at);
      const name = `w${320 + index}`;
      return {
        name,
        key: renditionKey(jobId, name, "webp"),
        contentType: "image/webp",
        bytes: 30_000,
        width: 320,
        height: 240,
      };
    });
    if (!this.writes) return;
    const source = { contentType: "image/jpeg", bytes: 3_984_000, width: 4032, height: 3024 };
    const placeholder = "3OcRJYB4d3h/iIeHeEh3eIhw+j2w";
    await this.jobs.complete(jobId, 1, { source, renditions, placeholder }, new Date(at * 1000));
  }

  private take(place: keyof Run["buckets"], at: number): void {
    const isTaken = this.buckets[place].take(1, at);
    if (at < this.countsFrom) return;
    this.count(this.asked, place);
    if (!isTaken) this.count(this.refused, place);
  }

  /** The place that is free first; a job that waits there for longer than it takes is one of a queue that grows. */
  private takePlace(at: number): void {
    if (this.freeAt.length === 0) return;
    this.count(this.asked, "places");
    const first = this.freeAt.reduce((best, free, index) => (free < (this.freeAt[best] ?? 0) ? index : best), 0);
    const starts = Math.max(at, this.freeAt[first] ?? 0);
    this.freeAt[first] = starts + this.job.seconds;
    if (starts - at > this.job.seconds) this.count(this.refused, "places");
  }

  private count(counts: Map<Place, number>, place: Place): void {
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }

  refusedParts(): Map<Place, number> {
    const presigned = this.asked.get("presign") ?? 1;
    const parts = new Map([...this.asked].map(([place, asked]) => [place, (this.refused.get(place) ?? 0) / asked]));
    return parts
      .set("table", this.table.refused.table / presigned)
      .set("hashValue", this.table.refused.index / presigned);
  }
}
