import { createHttpHandler, type HttpHandler } from "../../support/http.ts";
import type { PresignDependencies } from "./dependencies.ts";
import { createLimitsRoute } from "./limits-route.ts";
import { createUploadRoute } from "./upload-route.ts";

/** The routes of the one function that has the rules for uploads. */
export function createPresignHandler(dependencies: PresignDependencies): HttpHandler {
  return createHttpHandler(dependencies.log, [createUploadRoute(dependencies), createLimitsRoute(dependencies)]);
}
