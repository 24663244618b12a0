import type { HttpApi } from "./http-api.ts";

/** The HTTP APIs that have started, by API id, and their integrations, by `<API id>/<integration id>`. */
export interface HttpApiRegistry {
  readonly apis: Map<string, HttpApi>;
  readonly integrations: Map<string, { readonly functionArn: string; readonly timeoutMs: number }>;
}

export function createHttpApiRegistry(): HttpApiRegistry {
  return { apis: new Map(), integrations: new Map() };
}
