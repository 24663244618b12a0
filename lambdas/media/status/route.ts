import type { StatusResponse } from "../../../contracts/media/api.ts";
import { isTerminal } from "../../../contracts/media/job-status.ts";
import { API_ROUTES } from "../../../contracts/media/routes.ts";
import { DarkroomError } from "../../support/errors.ts";
import type { HttpEndpoint, HttpRequest } from "../../support/http.ts";
import { type FindJobDependencies, findJob, type JobQuery } from "./find-job.ts";

/** `GET /status` in front of the core. */
export function createStatusRoute(dependencies: FindJobDependencies): HttpEndpoint {
  return {
    route: API_ROUTES.status,
    async respond(request) {
      const body = await findJob(dependencies, readQuery(request));
      const answer = { status: 200, body, isTagged: true };
      return isTerminal(body.status) ? answer : { ...answer, headers: { "retry-after": readRetryAfter(body) } };
    },
  };
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

function refuse(message: string): DarkroomError {
  return new DarkroomError("INVALID_REQUEST", message);
}

/** Seconds. An image is ready within a second or two; a video takes longer, and its progress is written once a second. */
function readRetryAfter({ source }: StatusResponse): string {
  return source.kind === "image" ? "1" : "2";
}
