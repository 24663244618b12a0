import { bucketName, type NamingScope } from "../support/naming.ts";
import type { MediaEnvironment } from "./settings.ts";

/**
 * Renditions are pictures, films and sound: whatever else a file may smuggle in runs nothing, loads nothing and has no
 * origin to act in (threats.md A6, I7).
 */
export const RENDITIONS_CSP =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/**
 * The page runs its own scripts, calls the API, sends files to the uploads bucket and shows renditions; nothing else.
 *
 * The API and the CDN stand here by pattern and not by name: both answer with the page's origin in their CORS headers, so
 * they are made after the page's distribution, and naming them in its headers would be a circle.
 */
export function createSiteCsp(environment: MediaEnvironment, naming: NamingScope): string {
  const extra = environment.pageSources.join(" ");
  const renditions = environment.domain ? `https://${environment.domain.cdn}` : "https://*.cloudfront.net";
  const uploads = `https://${bucketName(naming, "uploads")}.s3.${environment.region}.amazonaws.com`;
  const api = `https://*.execute-api.${environment.region}.amazonaws.com`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: ${renditions} ${extra}`,
    `media-src 'self' blob: ${renditions} ${extra}`,
    `connect-src 'self' ${api} ${uploads} ${extra}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
    .map((directive) => directive.trimEnd())
    .join("; ");
}
