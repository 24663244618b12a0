import { createDependencies } from "../../../lambdas/presign/dependencies.ts";
import { createPresignHandler } from "../../../lambdas/presign/routes.ts";

/** lambdas/presign/handler.ts for CommonJS, which knows no top-level await. */
const ready = createDependencies().then(createPresignHandler);

export const handler: ReturnType<typeof createPresignHandler> = async (event) => (await ready)(event);
