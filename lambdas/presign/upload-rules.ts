import {
  ACCEPTED_CONTENT_TYPES,
  CONVERSIONS,
  type Conversion,
  findMediaKind,
  isConversionOf,
  MEDIA_KINDS,
  type MediaKind,
} from "../../contracts/media.ts";
import { DarkroomError } from "../support/errors.ts";

/** The kind of a content type that is exactly one of the table's: S3 compares it byte by byte (security.md U2). */
export function requireKind(contentType: string): MediaKind {
  const kind = findMediaKind(contentType);
  if (kind) return kind;
  const family = MEDIA_KINDS.find((candidate) => contentType.toLowerCase().startsWith(`${candidate}/`));
  const accepted = (family ? [family] : MEDIA_KINDS).flatMap((candidate) => [...ACCEPTED_CONTENT_TYPES[candidate]]);
  // Quoted only where it looks like a content type: this text is shown to people.
  const named = /^[\w.+/-]+$/.test(contentType) ? `"${contentType}"` : "this type";
  throw new DarkroomError(
    "UNSUPPORTED_CONTENT_TYPE",
    `Files of ${named} are not accepted. Accepted${family ? ` for ${family}` : ""}: ${accepted.join(", ")}.`,
    { details: [{ path: "contentType", message: `expected one of ${accepted.join(", ")}` }] },
  );
}

export function requireSize(size: number, kind: MediaKind, maxBytes: number): void {
  const details = [{ path: "size", message: `expected 1 to ${maxBytes}` }];
  if (size < 0) throw new DarkroomError("INVALID_REQUEST", "The size is negative; expected whole bytes.", { details });
  if (size === 0) throw new DarkroomError("FILE_EMPTY", undefined, { details });
  if (size > maxBytes) {
    const message = `The file has ${size} bytes; at most ${maxBytes} are accepted for ${kind}.`;
    throw new DarkroomError("FILE_TOO_LARGE", message, { details });
  }
}

export function requireConversion(convertTo: string | undefined, kind: MediaKind): Conversion | undefined {
  if (convertTo === undefined || isConversionOf(kind, convertTo)) return convertTo;
  const accepted = CONVERSIONS[kind].join(", ");
  throw new DarkroomError("UNSUPPORTED_CONVERSION", `A file of kind ${kind} can be converted to: ${accepted}.`, {
    details: [{ path: "convertTo", message: `expected one of ${accepted}` }],
  });
}
