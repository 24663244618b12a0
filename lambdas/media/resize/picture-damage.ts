import { MediaError } from "../errors.ts";

const DAMAGED = "The picture is damaged or incomplete. Open it, save it again and upload that.";
/** libvips, glib and V8 when there is no memory: no fault of the file's, another try may have it. */
const OUT_OF_MEMORY = /out of memory|unable to (re)?alloc|failed to allocate|bad_alloc/i;
/** sharp's own timeout. */
const TOO_SLOW = /^timeout/i;

/**
 * Turns what a decoder threw into what the file's owner can be told. libvips' words stay in the log, as the cause: they
 * quote the file.
 */
export function reportDamage(cause: unknown): never {
  const text = cause instanceof Error ? cause.message : "";
  if (OUT_OF_MEMORY.test(text)) throw cause;
  if (TOO_SLOW.test(text))
    throw new MediaError(
      "TIMEOUT",
      "The picture took too long to decode. Save it again, as a plain JPEG or PNG, and upload that.",
      { cause },
    );
  throw new MediaError("CORRUPT_MEDIA", DAMAGED, { cause });
}
