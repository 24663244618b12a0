import type { CachePolicy, CustomError } from "./settings.ts";

/** CloudFront's own error caching minimum TTL, in seconds. */
const DEFAULT_ERROR_TTL = 10;
/** Cached for the error TTL whatever the origin says; other errors need a word from the origin or the distribution. */
const ALWAYS_CACHED_ERRORS = [404, 410, 414, 500, 501, 502, 503, 504];
const NEVER_CACHED_ERRORS = [416];

/**
 * How long a good answer is fresh: the origin's `s-maxage` or `max-age` within the policy's bounds, the default where it
 * says nothing, the minimum where it forbids caching. Seconds.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
export function freshSeconds(policy: CachePolicy, cacheControl: string | undefined): number {
  const stated = statedSeconds(cacheControl);
  if (stated === "never") return policy.minTtl;
  return Math.max(policy.minTtl, Math.min(policy.maxTtl, stated ?? policy.defaultTtl));
}

/**
 * How long an error is kept.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
 */
export function errorSeconds(
  status: number,
  customErrors: readonly CustomError[],
  policy: CachePolicy,
  cacheControl: string | undefined,
): number {
  if (NEVER_CACHED_ERRORS.includes(status)) return 0;
  const custom = customErrors.find((error) => error.errorCode === status);
  const stated = statedSeconds(cacheControl);
  if (!custom && !ALWAYS_CACHED_ERRORS.includes(status) && typeof stated !== "number") return 0;
  const minimum = custom?.cachingMinTtl ?? DEFAULT_ERROR_TTL;
  return Math.max(minimum, typeof stated === "number" ? Math.min(stated, policy.maxTtl) : 0);
}

function statedSeconds(cacheControl: string | undefined): number | "never" | undefined {
  const directives = (cacheControl ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim());
  if (directives.some((directive) => ["no-store", "no-cache", "private"].includes(directive))) return "never";
  const find = (name: string): string | undefined =>
    directives.find((directive) => directive.startsWith(`${name}=`))?.slice(name.length + 1);
  const seconds = find("s-maxage") ?? find("max-age");
  return seconds !== undefined && /^\d+$/.test(seconds) ? Number(seconds) : undefined;
}
