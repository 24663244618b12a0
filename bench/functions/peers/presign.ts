import { createDependencies } from "../../../lambdas/media/presign/dependencies.ts";
import { createPresignHandler } from "../../../lambdas/media/presign/routes.ts";

/** lambdas/media/presign/handler.ts for CommonJS, which knows no top-level await. */
const ready = createDependencies().then(createPresignHandler);

export const handler: ReturnType<typeof createPresignHandler> = async (event) => (await ready)(event);
