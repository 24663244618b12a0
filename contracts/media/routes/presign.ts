import { defineRoute } from "../../http/route.ts";
import { ADDRESSES } from "../addresses.ts";
import type { PresignResponse } from "../api.ts";
import { presignRequest } from "../presign-request.ts";

/** Creates a job and one upload for it. */
export const presignRoute = defineRoute<{ response: PresignResponse }>()({
  ...ADDRESSES.presign,
  auth: "none",
  request: presignRequest,
  errors: ["UNSUPPORTED_CONTENT_TYPE", "UNSUPPORTED_CONVERSION", "FILE_TOO_LARGE", "FILE_EMPTY"],
});
