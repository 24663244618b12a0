import type { IncomingHttpHeaders } from "node:http";
import type { Headers } from "./response-headers.ts";

/** Inclusive, as in Content-Range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Whether the caller already has this answer (304). An entity tag decides alone where one is given (RFC 9110, 13.2.2). */
export function isUnchanged(request: IncomingHttpHeaders, answer: Headers): boolean {
  const wanted = request["if-none-match"];
  if (wanted !== undefined) {
    const own = answer.etag;
    const tags = wanted.split(",").map((tag) => weak(tag.trim()));
    return tags.includes("*") || (own !== undefined && tags.includes(weak(own)));
  }
  const since = Date.parse(request["if-modified-since"] ?? "");
  const modified = Date.parse(answer["last-modified"] ?? "");
  return !Number.isNaN(since) && !Number.isNaN(modified) && modified <= since;
}

function weak(tag: string): string {
  return tag.replace(/^W\//, "");
}

/**
 * The one range that the caller wants; "unsatisfiable" for 416; undefined for the whole: no range, several (which a
 * server may ignore), or an If-Range that no longer holds.
 */
export function findRange(
  request: IncomingHttpHeaders,
  answer: Headers,
  bytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const condition = request["if-range"];
  if (condition !== undefined && condition !== answer.etag && condition !== answer["last-modified"]) return undefined;
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.range ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? "unsatisfiable" : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return start >= bytes ? "unsatisfiable" : { start, end };
}
