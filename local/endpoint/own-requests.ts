import type { IncomingHttpHeaders } from "node:http";

/** The names of this machine's own loopback. Browsers and resolvers never ask anybody else for them (RFC 6761). */
const OWN_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Whether a request names a loopback server by its own name and port. A page whose name was rebound to 127.0.0.1 still
 * sends its own name (security.md L1).
 *
 * @param subdomains whether `<bucket>.localhost` will do too, as S3's clients write it
 */
export function isOwnHost(host: string | undefined, port: number, subdomains = false): boolean {
  const [, name = "", hostPort] = /^(.+?)(?::(\d+))?$/.exec(host?.toLowerCase() ?? "") ?? [];
  if (Number(hostPort ?? 80) !== port) return false;
  return OWN_NAMES.includes(name) || (subdomains && /^[a-z0-9.-]+\.localhost$/.test(name));
}

/** Browsers say so themselves: no page can leave these headers out, nor can a program be mistaken for one. */
export function isFromPage(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => name === "origin" || name.startsWith("sec-fetch-"));
}

/**
 * Whether a page's origin is this machine's own: any port of its loopback names and of `*.localhost`, by http or https. `null`
 * (a sandboxed frame, a file) is nobody's.
 */
export function isLoopbackOrigin(origin: string): boolean {
  const [, name = ""] = /^https?:\/\/([^/:@]+|\[::1\])(?::\d{1,5})?$/.exec(origin) ?? [];
  return OWN_NAMES.includes(name) || /^[a-z0-9.-]+\.localhost$/.test(name);
}
