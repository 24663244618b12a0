import { ADDRESSES } from "../../../contracts/media/addresses.ts";
import { presignRoute } from "../../../contracts/media/routes/presign.ts";
import { createEndpoint, type HttpEndpoint } from "../../support/endpoint.ts";
import { createUpload } from "./create-upload.ts";
import type { PresignDependencies } from "./dependencies.ts";

/** `POST /presign/upload` in front of the core. */
export function createUploadEndpoint(dependencies: PresignDependencies): HttpEndpoint {
  return createEndpoint(presignRoute, async ({ body, origin, requestId }) => {
    const upload = await createUpload(dependencies, body);
    dependencies.log.info("An upload was prepared.", { requestId, jobId: upload.jobId, key: upload.key });
    return { status: 201, body: { ...upload, statusUrl: `${origin}${ADDRESSES.status.path}?jobId=${upload.jobId}` } };
  });
}
