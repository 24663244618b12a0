import type { Bench } from "../measure.ts";
import { measureStatus } from "./status.ts";
import { measureTransfer } from "./transfer.ts";
import { measureSmallUpload } from "./upload.ts";

/** Goals 10 to 12 of performance.md: the whole system on the laptop. */
export const laptopBenches: Readonly<Record<number, readonly Bench[]>> = {
  10: [measureStatus],
  11: [measureSmallUpload],
  12: [measureTransfer],
};
