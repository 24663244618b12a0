import { createHttpHandler } from "../../support/http.ts";
import { createDependencies } from "./dependencies.ts";
import { createStatusRoute } from "./route.ts";

const dependencies = createDependencies();

export const handler = createHttpHandler(dependencies.log, [createStatusRoute(dependencies)]);
