import { signal } from "@preact/signals";
import { announce } from "../shell/announce.tsx";
import { showToast } from "../shell/toast.tsx";
import { formatCount } from "../shell/words.ts";
import { conversionName } from "./conversions.ts";
import type { Sheet } from "./sheet.ts";

/** What every file that is added becomes besides; empty for nothing else. */
export const chosenConversion = signal("");

/** Adds files however they came, and says what of the choice does not fit them. */
export async function addFiles(sheet: Sheet, files: readonly File[]): Promise<void> {
  const convertTo = chosenConversion.peek();
  const frames = await sheet.add(files, convertTo);
  const unfit = frames.filter(({ item }) => item.peek().note).length;
  if (unfit > 0)
    showToast(`${formatCount(unfit, "file")} can't become ${conversionName(convertTo)}; the rest is made.`);
  else announce(`${formatCount(files.length, "file")} added.`);
}
