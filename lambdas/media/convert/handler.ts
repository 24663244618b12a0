import { createBatchHandler } from "../jobs/process-batch.ts";
import { createConvert } from "./convert-media.ts";
import { createDependencies } from "./dependencies.ts";

const { convert, batch } = createDependencies();

export const handler = createBatchHandler(batch, createConvert(convert));
