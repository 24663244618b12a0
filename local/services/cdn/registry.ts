import type { CachePolicy, ResponseHeadersPolicy } from "./settings.ts";

/** What distributions refer to by id. */
export interface CdnRegistry {
  readonly cachePolicies: Map<string, CachePolicy>;
  readonly responseHeadersPolicies: Map<string, ResponseHeadersPolicy>;
  readonly originAccessControls: Set<string>;
}

export function createCdnRegistry(): CdnRegistry {
  return { cachePolicies: new Map(), responseHeadersPolicies: new Map(), originAccessControls: new Set() };
}
