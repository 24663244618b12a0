import type { ObjectVersion } from "./model.ts";
import { noSuchKey, notImplemented, S3Error } from "./s3-error.ts";

type Headers = ReadonlyMap<string, string>;

/**
 * If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since of a read, in the precedence of RFC 9110 and S3.
 * `prefix` is `x-amz-copy-source-` where a copy asks. Throws NotModified or PreconditionFailed.
 */
export function checkReadConditions(version: ObjectVersion, headers: Headers, prefix = ""): void {
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const unmodifiedSince = parseDate(headers.get(`${prefix}if-unmodified-since`));
  const modifiedSince = parseDate(headers.get(`${prefix}if-modified-since`));
  // HTTP dates have no milliseconds.
  const modified = Math.floor(version.lastModified / 1000) * 1000;
  if (
    ifMatch !== undefined ? !matches(ifMatch, version) : unmodifiedSince !== undefined && modified > unmodifiedSince
  ) {
    throw preconditionFailed(ifMatch !== undefined ? "If-Match" : "If-Unmodified-Since");
  }
  const unchanged =
    ifNoneMatch !== undefined
      ? matches(ifNoneMatch, version)
      : modifiedSince !== undefined && modified <= modifiedSince;
  if (!unchanged) return;
  // A copy has no client's cache to answer for.
  if (prefix) throw preconditionFailed(ifNoneMatch !== undefined ? "If-None-Match" : "If-Modified-Since");
  throw new S3Error("NotModified", "Not Modified", {}, { ETag: `"${version.eTag}"` });
}

/**
 * Conditional writes: `If-None-Match: *` writes only what is not there, `If-Match` only over that one ETag. `current` is
 * the newest version, undefined or a delete marker where there is no object.
 */
export function checkWriteConditions(current: ObjectVersion | undefined, key: string, headers: Headers): void {
  const existing = current?.deleteMarker ? undefined : current;
  const ifNoneMatch = headers.get("if-none-match");
  const ifMatch = headers.get("if-match");
  if (ifNoneMatch !== undefined && ifMatch !== undefined) throw notImplemented("If-Match together with If-None-Match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*")
    throw notImplemented('If-None-Match of a write, other than "*"');
  if (ifNoneMatch === "*" && existing) throw preconditionFailed("If-None-Match");
  if (ifMatch === undefined) return;
  if (!existing) throw noSuchKey(key);
  if (!matches(ifMatch, existing)) throw preconditionFailed("If-Match");
}

export function matches(header: string, version: ObjectVersion): boolean {
  return header.split(",").some((tag) => {
    const text = tag.trim().replace(/^W\//, "");
    return text === "*" || text.replace(/^"|"$/g, "") === version.eTag;
  });
}

/** RFC 9110: a date that cannot be read is no condition. */
function parseDate(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  });
}
