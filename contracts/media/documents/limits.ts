import { ETAG, IF_NONE_MATCH, NOT_MODIFIED, type RouteDocument } from "../../http/document.ts";
import { limitsResponse } from "../api.ts";
import { EXAMPLES } from "../api-examples.ts";
import type { limitsRoute } from "../routes/limits.ts";

/** `GET /limits`, for its readers. */
export const limitsDocument = {
  operationId: "getLimits",
  summary: "Tells what is accepted: formats, sizes, lengths, and what is refused by name.",
  parameters: [IF_NONE_MATCH],
  answers: {
    200: {
      description: "The limits of this deployment. They may be kept for five minutes.",
      headers: { ETag: ETAG, "Cache-Control": { schema: { type: "string" } } },
      body: { name: "LimitsResponse", schema: limitsResponse, examples: EXAMPLES.limitsResponse },
    },
    304: NOT_MODIFIED,
  },
} as const satisfies RouteDocument<typeof limitsRoute>;
