import { createDependencies } from "./dependencies.ts";
import { createPresignHandler } from "./routes.ts";

export const handler = createPresignHandler(await createDependencies());
