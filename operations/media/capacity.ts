import { ABANDONED_SHARDS } from "../../contracts/media/abandoned-shards.ts";
import type { WalkedStack } from "../capacity/stack.ts";
import type { SystemWork } from "../capacity/system-work.ts";
import { API_CALL_SECONDS, type JobWork, planFilmWork, planImageWork, VIEW_BYTES } from "./cost/job-work.ts";

/** What Terraform cannot tell of the media stack. Measured: cost/measured.ts and job-work.ts. */
export const MEDIA_WORK: SystemWork = {
  journeys: (stack) => [
    {
      name: "uploads",
      title: "pictures of 12 MP",
      ...describeJob("resize", planImageWork(readFunction(stack, "resize"))),
    },
    {
      name: "conversions",
      title: "films of ten seconds, encoded",
      ...describeJob("convert", planFilmWork(readFunction(stack, "convert"))),
    },
    { name: "views", title: "renditions that a viewer fetches", views: { cdn: { count: 1, bytes: VIEW_BYTES } } },
  ],
  hashValues: { jobs: "one per job", "jobs/abandoned": ABANDONED_SHARDS },
  fields: {
    "aws_apigatewayv2_stage.api": { field: "media.throttle.requestsPerSecond", most: 10_000 },
    "aws_lambda_function.presign": { field: "media.functions.presign.reservedConcurrency", most: 1000 },
    "aws_lambda_function.status": { field: "media.functions.status.reservedConcurrency", most: 1000 },
    "aws_lambda_function.resize": { field: "media.functions.resize.reservedConcurrency", most: 1000 },
    "aws_lambda_function.convert": { field: "media.functions.convert.reservedConcurrency", most: 1000 },
    "aws_lambda_event_source_mapping.resize": { field: "media.functions.resize.maximumConcurrency", most: 1000 },
    "aws_lambda_event_source_mapping.convert": { field: "media.functions.convert.maximumConcurrency", most: 1000 },
  },
  ownFigures: () => [],
  unknown: [
    "how many uploads are abandoned, and fail: each of them asks settle for a write and for a look into the bucket",
    "how many pages ask for a status without the page's own patience (web/media/course.ts)",
  ],
};

function readFunction({ resources, name }: WalkedStack, id: string) {
  const found = resources.aws_lambda_function[id];
  if (found === undefined) throw new Error(`The stack ${name} has no function ${id}.`);
  return { memoryMb: found.memory_size, variables: found.environment?.variables ?? {} };
}

function describeJob(worker: "resize" | "convert", job: JobWork) {
  return {
    requests: { "POST /presign/upload": 1, "GET /status": job.statusReads },
    messages: { [worker]: 1 },
    seconds: { presign: API_CALL_SECONDS, status: API_CALL_SECONDS, [worker]: job.seconds },
    objects: { uploads: { put: 1, get: 1 }, renditions: { put: job.renditions } },
    units: {
      jobs: { write: job.rowWriteUnits, read: job.statusReads * job.readUnitsPerRead },
      "jobs/abandoned": { write: job.indexWriteUnits },
    },
  };
}
