import { ETAG, IF_NONE_MATCH, NOT_MODIFIED, RETRY_AFTER, type RouteDocument } from "../../http/document.ts";
import { statusResponse } from "../api.ts";
import { EXAMPLES } from "../api-examples.ts";
import type { statusRoute } from "../routes/status.ts";

function describeQuery(name: string, maxLength: number, description: string) {
  return { name, in: "query", required: false, description, schema: { type: "string", minLength: 1, maxLength } };
}

/** `GET /status`, for its readers. */
export const statusDocument = {
  operationId: "getStatus",
  summary: "Tells what has become of an upload.",
  description: "A job reads PENDING until a worker has begun, whether or not its file has come.",
  parameters: [
    describeQuery("jobId", 36, "The job's id. Give exactly one of jobId and key."),
    describeQuery("key", 42, "The object key that the upload was given."),
    IF_NONE_MATCH,
  ],
  answers: {
    200: {
      description: "The job. Ask again after `Retry-After` seconds while that header is there.",
      headers: { ETag: ETAG, "Retry-After": RETRY_AFTER },
      body: { name: "StatusResponse", schema: statusResponse, examples: EXAMPLES.statusResponse },
    },
    304: { ...NOT_MODIFIED, headers: { ETag: ETAG, "Retry-After": RETRY_AFTER } },
  },
} as const satisfies RouteDocument<typeof statusRoute>;
