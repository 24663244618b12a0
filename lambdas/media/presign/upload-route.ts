import type { PresignResponse } from "../../../contracts/media/api.ts";
import { presignRequest } from "../../../contracts/media/presign-request.ts";
import { API_ROUTES } from "../../../contracts/media/routes.ts";
import { describeIssues } from "../../support/describe-issues.ts";
import { DarkroomError } from "../../support/errors.ts";
import type { HttpEndpoint } from "../../support/http.ts";
import { createUpload } from "./create-upload.ts";
import type { PresignDependencies } from "./dependencies.ts";

/** `POST /presign/upload` in front of the core. */
export function createUploadRoute(dependencies: PresignDependencies): HttpEndpoint {
  return {
    route: API_ROUTES.presign,
    async respond(request) {
      const parsed = presignRequest.safeParse(request.readJson());
      if (!parsed.success) {
        throw new DarkroomError("INVALID_REQUEST", undefined, { details: describeIssues(parsed.error.issues) });
      }
      const upload = await createUpload(dependencies, parsed.data);
      const { requestId } = request;
      dependencies.log.info("An upload was prepared.", { requestId, jobId: upload.jobId, key: upload.key });
      const body: PresignResponse = {
        ...upload,
        statusUrl: `${request.origin}${API_ROUTES.status.path}?jobId=${upload.jobId}`,
      };
      return { status: 201, body };
    },
  };
}
