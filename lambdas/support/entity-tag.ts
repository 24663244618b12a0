import { createHash } from "node:crypto";

/** Of 256 bits, 128 are plenty to tell two answers of one address apart. */
const TAG_CHARACTERS = 22;

/** A strong tag: equal bytes, and only those, have equal tags. Quoted, as the header `ETag` carries it. */
export function createEntityTag(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, TAG_CHARACTERS)}"`;
}

/**
 * Whether `If-None-Match` names this tag: `*`, or one of a list. Compared weakly, as RFC 9110 (13.1.2) wants for reading,
 * because a proxy that compresses makes `W/"…"` of a strong tag.
 */
export function namesEntityTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return ifNoneMatch.split(",").some((candidate) => candidate.trim().replace(/^W\//, "") === tag);
}
