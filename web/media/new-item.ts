import { isConversionOf } from "../../contracts/media/media.ts";
import { KIND_NAMES } from "./check-file.ts";
import { conversionName } from "./conversions.ts";
import { findFormatOf, plainType } from "./file-format.ts";
import type { Item } from "./item.ts";

/** A file that was just added. `convertTo` is chosen once for all files (`webp`), and empty for none. */
export function createItem(file: File, convertTo: string): Item {
  const format = findFormatOf(file);
  const kind = format?.kind;
  const base: Item = {
    id: createId(),
    name: file.name,
    contentType: format?.format.contentType ?? plainType(file.type),
    kind,
    bytes: file.size,
    addedAt: Date.now(),
    state: { name: "waiting" },
  };
  if (!convertTo || !kind) return base;
  if (isConversionOf(kind, convertTo)) return { ...base, convertTo };
  return { ...base, note: `A ${KIND_NAMES[kind]} can't become ${conversionName(convertTo)}; everything else is made.` };
}

/** Whether this item waits for such a file. */
export function isWaitingFor(item: Item, file: File): boolean {
  const isAlike = item.name === file.name && item.bytes === file.size;
  return isAlike && item.state.name === "failed" && item.state.canRetry;
}

/** Of this browser alone. Not randomUUID: pages on plain http, as a phone sees a laptop's, do not have it. */
function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}
