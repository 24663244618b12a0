import type { ObjectVersion } from "./objects.ts";
import type { JobRecord } from "./record.ts";

export interface TimelineEvent {
  readonly at: Date;
  /** `record`, `bucket`, or a function's name. */
  readonly source: string;
  readonly text: string;
}

/** What the record says of the past, and of what is to come. */
export function tellRecord(record: JobRecord, now: Date): TimelineEvent[] {
  const { createdAt, uploadExpiresAt, leaseExpiresAt, finishedAt, abandonedAt, status, error } = record;
  const tell = (at: Date, text: string): TimelineEvent => ({ at, source: "record", text });
  const events = [tell(createdAt, "an upload was presigned, the job is PENDING")];
  if (status === "PENDING") {
    events.push(tell(uploadExpiresAt, `the upload's address ${uploadExpiresAt <= now ? "stopped" : "stops"} working`));
    events.push(tell(abandonedAt, "from here on settle expires the job, unless its file is there"));
  }
  if (leaseExpiresAt)
    events.push(
      tell(leaseExpiresAt, `the claim of try ${record.attempt} ${leaseExpiresAt <= now ? "ran out" : "runs out"}`),
    );
  if (finishedAt) events.push(tell(finishedAt, `the job is ${status}${error ? `: ${error.code}` : ""}`));
  return events;
}

export function tellVersions(versions: readonly ObjectVersion[]): TimelineEvent[] {
  return versions.map(({ at, versionId, isLatest, bytes }) => {
    const what = bytes === undefined ? "the upload was deleted" : `the upload arrived, ${bytes} bytes`;
    return { at, source: "bucket", text: `${what} (version ${versionId}${isLatest ? ", the latest" : ""})` };
  });
}

/** In order of time; S3 keeps whole seconds, so an upload may stand before what led to it. */
export function formatTimeline(events: readonly TimelineEvent[], origin: Date): string[] {
  const sorted = [...events].sort((a, b) => a.at.getTime() - b.at.getTime());
  const width = Math.max(...sorted.map(({ source }) => source.length));
  return sorted.map(({ at, source, text }) => {
    const seconds = (at.getTime() - origin.getTime()) / 1000;
    const offset = `${seconds < 0 ? "−" : "+"}${Math.abs(seconds).toFixed(3)}s`;
    return `${at.toISOString()}  ${offset.padStart(11)}  ${source.padEnd(width)}  ${text}`;
  });
}
