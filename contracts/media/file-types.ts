import { findFormatByExtension, findFormatByType, type KindOfFormat } from "./accepted-formats.ts";
import { findRefusalByExtension, findRefusalByType, type RefusedFormat } from "./refused-formats.ts";

/** What a file says that it is, before anybody has seen its bytes. */
export interface DeclaredFile {
  /** As the browser or recorder says it: with parameters, in any case, empty where it does not know. */
  readonly contentType: string;
  readonly fileName: string;
}

export type FileType =
  | ({ readonly outcome: "accepted" } & KindOfFormat)
  | { readonly outcome: "refused"; readonly refusal: RefusedFormat }
  /** Neither type nor name say anything that is known. */
  | { readonly outcome: "unknown" };

/** What programs say that do not know the type. */
const GENERIC_TYPES = [
  "",
  "application/octet-stream",
  "binary/octet-stream",
  "application/x-binary",
  "multipart/form-data",
];
/** Containers of films and of sound alike: the name tells which. */
const SHARED_TYPES = ["application/ogg", "application/x-ogg", "application/mp4", "application/x-matroska"];
/** `image/jpeg`, of RFC 9110's token characters but the asterisk, and what stands behind it. */
const MEDIA_TYPE = /^[ \t]*([\w!#$&'+.^`|~-]+\/[\w!#$&'+.^`|~-]+)[ \t]*(?:;.*)?$/;
const EXTENSION = /\.([a-z0-9-]{1,12})$/;

/**
 * The format of a file by its declared type, and by its name where the type says nothing (`video/webm;codecs=vp8,opus`,
 * `IMAGE/JPEG`, `audio/x-m4b`, no type at all and `film.mkv`). Whatever comes out is one of our own two tables: nothing of
 * what was declared reaches a signature.
 */
export function identifyFile({ contentType, fileName }: DeclaredFile): FileType {
  const declared = contentType.trim() === "" ? "" : MEDIA_TYPE.exec(contentType)?.[1]?.toLowerCase();
  if (declared === undefined) return { outcome: "unknown" };
  const extension = EXTENSION.exec(fileName.toLowerCase())?.[1] ?? "";
  if (GENERIC_TYPES.includes(declared)) return identifyExtension(extension);
  if (SHARED_TYPES.includes(declared)) {
    const named = identifyExtension(extension);
    if (named.outcome === "accepted") return named;
  }
  const accepted = findFormatByType(declared);
  if (accepted) return { outcome: "accepted", ...accepted };
  const refusal = findRefusalByType(declared);
  return refusal ? { outcome: "refused", refusal } : identifyUnknownType(declared, extension);
}

function identifyExtension(extension: string): FileType {
  const accepted = findFormatByExtension(extension);
  if (accepted) return { outcome: "accepted", ...accepted };
  const refusal = findRefusalByExtension(extension);
  return refusal ? { outcome: "refused", refusal } : { outcome: "unknown" };
}

/** Systems invent names: `audio/x-anything` of a `.flac` is a sound, `application/x-anything` of one may be anything. */
function identifyUnknownType(declared: string, extension: string): FileType {
  const named = identifyExtension(extension);
  if (named.outcome === "accepted" && !declared.startsWith(`${named.kind}/`)) return { outcome: "unknown" };
  return named;
}
