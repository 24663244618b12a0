import { createBatchHandler } from "../jobs/process-batch.ts";
import { createDependencies } from "./dependencies.ts";
import { createResize } from "./resize-image.ts";

const { resize, batch } = createDependencies();

export const handler = createBatchHandler(batch, createResize(resize));
