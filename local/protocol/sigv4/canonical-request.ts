import type { IncomingMessage } from "node:http";

/** The parts of a request that a signature covers; IncomingMessage is one. */
export type SignedRequest = Pick<IncomingMessage, "method" | "url" | "headers" | "headersDistinct">;

/**
 * The query string as names and values, in the order sent. `+` is a space, as in the form encoding that S3 reads; the
 * same reading serves the signature and the service, so that the two can never see different values. Bad escapes stay.
 */
export function parseQuery(url: string): [string, string][] {
  const start = url.indexOf("?");
  if (start < 0) return [];
  return url
    .slice(start + 1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decodeFormText(name), decodeFormText(value)];
    });
}

/** AWS's URI encoding: everything but RFC 3986's unreserved characters. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** AWS's canonical request: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function canonicalRequest(
  request: SignedRequest,
  service: string,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const url = request.url ?? "/";
  return [
    request.method ?? "GET",
    canonicalPath(url.split("?", 1)[0] ?? "/", service),
    canonicalQuery(url),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** S3 encodes its path once and keeps every dot and slash of a key; all other services normalize and encode twice. */
function canonicalPath(path: string, service: string): string {
  if (service === "s3") {
    return path
      .split("/")
      .map((segment) => encodeRfc3986(decodeText(segment)))
      .join("/");
  }
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encodeRfc3986(segment));
  }
  const trailing = segments.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${segments.join("/")}${trailing}`;
}

function canonicalQuery(url: string): string {
  return parseQuery(url)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** Node reads header bytes as Latin-1; signers hash UTF-8. */
function canonicalHeader(request: SignedRequest, name: string): string {
  const values = request.headersDistinct[name] ?? [];
  return values.map((value) => Buffer.from(value.trim().replace(/ +/g, " "), "latin1").toString("utf8")).join(",");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function decodeFormText(text: string): string {
  return decodeText(text.replaceAll("+", " "));
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
