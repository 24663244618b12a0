import { ADDRESSES } from "../../../contracts/media/addresses.ts";
import { ERRORS } from "../../../contracts/media/errors.ts";
import { createHttpHandler, type HttpHandler } from "../../support/http.ts";
import type { PresignDependencies } from "./dependencies.ts";
import { createLimitsEndpoint } from "./limits-route.ts";
import { createUploadEndpoint } from "./upload-route.ts";

/** The routes of the one function that has the rules for uploads. */
export function createPresignHandler(dependencies: PresignDependencies): HttpHandler {
  return createHttpHandler({
    log: dependencies.log,
    errors: ERRORS,
    addresses: ADDRESSES,
    endpoints: [createUploadEndpoint(dependencies), createLimitsEndpoint(dependencies)],
  });
}
