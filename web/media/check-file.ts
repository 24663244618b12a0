import type { LimitsResponse } from "../../contracts/media/api.ts";
import type { MediaKind } from "../../contracts/media/media.ts";
import { formatBytes } from "../shell/words.ts";
import { extensionOf } from "./file-format.ts";
import type { Item } from "./item.ts";

/** What a kind is called when one speaks of a file of it. */
export const KIND_NAMES: Readonly<Record<MediaKind, string>> = { image: "picture", video: "film", audio: "sound" };

export interface Refusal {
  readonly message: string;
  readonly code: string;
}

/** What the check needs of the server's limits. */
export type Limits = Record<MediaKind, Pick<LimitsResponse[MediaKind], "maxBytes">> & Pick<LimitsResponse, "refused">;

/**
 * What is wrong with a file that need not be sent to know it; undefined for nothing. Without `limits`, which the server
 * may not have told, only what is certain.
 */
export function findRefusal(
  { name, contentType, bytes, kind }: Pick<Item, "name" | "contentType" | "bytes" | "kind">,
  limits: Limits | undefined,
): Refusal | undefined {
  if (!kind) {
    const extension = `.${extensionOf(name)}`;
    const known = limits?.refused.find(
      ({ contentTypes, extensions }) => contentTypes.includes(contentType) || extensions.includes(extension),
    );
    const message =
      known?.message ?? "This kind of file can't be opened. Add a picture, a film or a recording instead.";
    return { message, code: "UNSUPPORTED_CONTENT_TYPE" };
  }
  if (bytes === 0) return { message: "This file is empty. Add another copy of it.", code: "FILE_EMPTY" };
  const most = limits?.[kind].maxBytes;
  if (most === undefined || bytes <= most) return undefined;
  const size = `This ${KIND_NAMES[kind]} has ${formatBytes(bytes)}; at most ${formatBytes(most)} are accepted.`;
  return { message: `${size} Make it smaller and add it again.`, code: "FILE_TOO_LARGE" };
}
