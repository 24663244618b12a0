import type * as z from "zod";
import type { siteConfig } from "../../contracts/media/api.ts";

export type SiteConfig = z.infer<typeof siteConfig>;

/** Reads `config.json` beside the page. Throws an Error with words for the page where it is missing or not ours. */
export async function loadConfig(): Promise<SiteConfig> {
  const response = await fetch("config.json", { cache: "no-cache" }).catch(() => undefined);
  if (!response?.ok) {
    throw new Error("The server can't be reached. Files that you add are kept here until it can.");
  }
  const config: unknown = await response.json().catch(() => undefined);
  const apiUrl = (config as Partial<SiteConfig> | undefined)?.apiUrl;
  if (typeof apiUrl !== "string" || !URL.canParse(apiUrl)) {
    throw new Error("This page was published without its server's address (apiUrl in config.json). Publish it again.");
  }
  return { apiUrl: apiUrl.replace(/\/$/, "") };
}
