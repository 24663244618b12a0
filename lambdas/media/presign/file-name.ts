import { MAX_FILE_NAME_BYTES } from "../../../contracts/media/limits.ts";
import { MediaError } from "../errors.ts";

/**
 * What nobody sees in a name, and what changes how it reads: control characters, separators of lines, lone surrogates,
 * direction marks (macOS and WhatsApp put them before names; `\u202E` lets `gpj.exe` read as `exe.jpg`), blanks without
 * width. Joiners stay: Persian and emoji are written with them. A name is shown to people and stands in logs and headers
 * sooner or later (threats.md U4).
 */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/gu;
/** The last dot and what follows, where that looks like a format's: `.jpg`, `.7z`, `.download`. */
const EXTENSION = /\.[^.\s]{1,16}$/u;

/**
 * The user's file name as it is kept on the job: without what nobody sees, NFC, at most 255 bytes with its extension. It
 * never reaches an object key. Throws INVALID_REQUEST for a path, and for what leaves no name.
 */
export function normalizeFileName(fileName: string): string {
  const name = fileName.replace(UNSEEN, "").normalize("NFC");
  if (/[/\\]/.test(name) || /^\.+$/.test(name)) throw refuse("The file's name is a path. Give the name alone.");
  if (name.trim() === "") throw refuse("The file has no name. Give it one and add it again.");
  return shorten(name);
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES) return name;
  const [extension = ""] = EXTENSION.exec(name) ?? [];
  const stem = name.slice(0, name.length - extension.length);
  return cut(stem, MAX_FILE_NAME_BYTES - Buffer.byteLength(extension)) + extension;
}

/** As many whole characters, as people count them, as fit; of one that is too long by itself, as many code points. */
function cut(text: string, maxBytes: number): string {
  const graphemes = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return takeWhileFits(graphemes, maxBytes) || takeWhileFits([...text], maxBytes);
}

function takeWhileFits(parts: readonly string[], maxBytes: number): string {
  let bytes = 0;
  const end = parts.findIndex((part) => {
    bytes += Buffer.byteLength(part);
    return bytes > maxBytes;
  });
  return parts.slice(0, end === -1 ? parts.length : end).join("");
}

function refuse(message: string): MediaError {
  return new MediaError("INVALID_REQUEST", message, {
    details: [{ path: "fileName", message: "not a file's name" }],
  });
}
