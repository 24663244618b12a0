import { createDependencies } from "./dependencies.ts";
import { createStatusHandler } from "./route.ts";

export const handler = createStatusHandler(createDependencies());
