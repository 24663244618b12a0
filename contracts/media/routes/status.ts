import { defineRoute } from "../../http/route.ts";
import { ADDRESSES } from "../addresses.ts";
import type { StatusResponse } from "../api.ts";

/** A job is asked for by exactly one of the two. */
export type JobQuery = { readonly jobId: string } | { readonly key: string };

/**
 * Tells what has become of an upload. Its query is checked by the endpoint, in words of its own, and not by a schema: this
 * function would load zod for it alone, 3 ms of each cold start.
 */
export const statusRoute = defineRoute<{ query: JobQuery; response: StatusResponse }>()({
  ...ADDRESSES.status,
  auth: "none",
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND"],
});
