import type { IncomingHttpHeaders } from "node:http";

/** The names of this machine's own loopback. Browsers and resolvers never ask anybody else for them (RFC 6761). */
const OWN_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Whether a request names a loopback server by its own name and port. A page whose name was rebound to 127.0.0.1 still
 * sends its own name (threats.md L1).
 */
export function isOwnHost(host: string | undefined, port: number, moreNames: readonly string[] = []): boolean {
  const [, name = "", hostPort] = /^(.+?)(?::(\d+))?$/.exec(host?.toLowerCase() ?? "") ?? [];
  return [...OWN_NAMES, ...moreNames].includes(name) && Number(hostPort ?? 80) === port;
}

/** Browsers say so themselves: no page can leave these headers out, nor can a program be mistaken for one. */
export function isFromPage(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => name === "origin" || name.startsWith("sec-fetch-"));
}

/**
 * Whether a page's origin is this machine's own: any port of its loopback names and of `*.localhost`, by http or https.
 * Nobody outside can have such a page. `null` (a sandboxed frame, a file) is nobody's.
 */
export function isLoopbackOrigin(origin: string): boolean {
  const [, name = ""] = /^https?:\/\/([a-z0-9.-]+|\[::1\])(?::\d{1,5})?$/.exec(origin) ?? [];
  return OWN_NAMES.includes(name) || /^[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost$/.test(name);
}
