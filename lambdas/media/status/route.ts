import { ADDRESSES } from "../../../contracts/media/addresses.ts";
import type { StatusResponse } from "../../../contracts/media/api.ts";
import { ERRORS } from "../../../contracts/media/errors.ts";
import { isTerminal } from "../../../contracts/media/job-status.ts";
import { type JobQuery, statusRoute } from "../../../contracts/media/routes/status.ts";
import { createEndpoint, type HttpRequest } from "../../support/endpoint.ts";
import { createHttpHandler, type HttpHandler } from "../../support/http.ts";
import { MediaError } from "../errors.ts";
import type { StatusDependencies } from "./dependencies.ts";
import { findJob } from "./find-job.ts";

/** `GET /status` in front of the core. */
export function createStatusHandler(dependencies: StatusDependencies): HttpHandler {
  const endpoint = createEndpoint(statusRoute, async (request) => {
    const body = await findJob(dependencies, readQuery(request));
    const answer = { status: 200, body, isTagged: true };
    return isTerminal(body.status) ? answer : { ...answer, headers: { "retry-after": readRetryAfter(body) } };
  });
  return createHttpHandler({ log: dependencies.log, errors: ERRORS, addresses: ADDRESSES, endpoints: [endpoint] });
}

function readQuery({ query }: HttpRequest): JobQuery {
  const { jobId, key, ...others } = query;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refuse("Only the parameters jobId and key are known.");
  if (jobId && key) throw refuse("Both jobId and key were given; give one of them.");
  if (jobId) return { jobId };
  if (key) return { key };
  throw refuse("Neither jobId nor key was given; give one of them.");
}

function refuse(message: string): MediaError {
  return new MediaError("INVALID_REQUEST", message);
}

/** Seconds. An image is ready within a second or two; a video takes longer, and its progress is written once a second. */
function readRetryAfter({ source }: StatusResponse): string {
  return source.kind === "image" ? "1" : "2";
}
