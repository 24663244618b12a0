import { createDependencies } from "./dependencies.ts";
import { createSettleHandler } from "./route.ts";

export const handler = createSettleHandler(createDependencies());
