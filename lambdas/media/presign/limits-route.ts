import { limitsRoute } from "../../../contracts/media/routes/limits.ts";
import { createEndpoint, type HttpEndpoint } from "../../support/endpoint.ts";
import type { UploadRules } from "./create-upload.ts";
import { describeLimits } from "./limits.ts";

/** Limits change with a deploy: five minutes later at most, every page knows the new ones. */
const MAX_AGE_SECONDS = 300;

/** `GET /limits` in front of the core. */
export function createLimitsEndpoint({ rules }: { readonly rules: UploadRules }): HttpEndpoint {
  const headers = {
    "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
    // The gateway's CORS headers name one page; a browser's cache must not answer another page with them.
    vary: "origin",
  };
  return createEndpoint(limitsRoute, async () => ({
    status: 200,
    body: describeLimits(rules),
    headers,
    isTagged: true,
  }));
}
