import type * as z from "zod";
import type { siteConfig } from "../contracts/api.ts";

export type SiteConfig = z.infer<typeof siteConfig>;

/** Reads `config.json` beside the page. Throws an Error with words for the page where it is missing or not ours. */
export async function loadConfig(): Promise<SiteConfig> {
  const response = await fetch("config.json", { cache: "no-cache" }).catch(() => undefined);
  if (!response?.ok) throw new Error("This page's config.json could not be read. Reload, or deploy the site again.");
  const config: unknown = await response.json().catch(() => undefined);
  const apiUrl = (config as Partial<SiteConfig> | undefined)?.apiUrl;
  if (typeof apiUrl !== "string" || !URL.canParse(apiUrl)) {
    throw new Error("This page's config.json does not name the API (apiUrl). Deploy the site again.");
  }
  return { apiUrl: apiUrl.replace(/\/$/, "") };
}
