import { createDependencies } from "./dependencies.ts";
import { createPresignHandler } from "./route.ts";

export const handler = createPresignHandler(await createDependencies());
