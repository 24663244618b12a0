import type { ObjectVersion } from "./objects.ts";
import type { JobRecord } from "./record.ts";

/** What the state means, and what there is to do: docs/runbook.md, "A job does not end". */
export function explainState(record: JobRecord, versions: readonly ObjectVersion[], now: Date): string {
  const { status, error, renditions, leaseExpiresAt, abandonedAt } = record;
  const isThere = versions.some(({ isLatest, bytes }) => isLatest && bytes !== undefined);
  switch (status) {
    case "COMPLETED":
      return `It is finished, with ${renditions.length} renditions.`;
    case "FAILED":
      if (error?.code === "WORKER_CRASHED")
        return "Its message came back too often, and settle gave it up. A job that has ended never starts again, by redrive neither: its owner uploads again.";
      return `It failed for good: ${error?.code ?? "no code"} (docs/errors.md). The owner uploads another file.`;
    case "EXPIRED":
      return "Its file never came in time. The owner asks for another upload.";
    case "PROCESSING":
      if (leaseExpiresAt === undefined)
        return "A worker gave it back; its message waits for another try: 10 seconds after the first fault, 15 minutes at most.";
      if (leaseExpiresAt > now) return "A worker is at it.";
      return "Its worker died or was stopped. SQS shows the message again within seconds; after five tries settle gives the job up. Dead letters: npm run redrive -- --counts";
    case "PENDING":
      if (isThere)
        return "Its file is there, and no worker has begun it: look at the queue, npm run redrive -- --counts";
      if (abandonedAt > now) return "Its file has not come yet.";
      return "Its file never came; settle ends it at its next run. If it stays so, look at settle's log.";
  }
}
