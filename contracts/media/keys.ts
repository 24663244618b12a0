import { MEDIA_KINDS, type MediaKind } from "./media.ts";

/**
 * The S3 key scheme. Keys hold only ids that the server made (threats.md U4); the user's file name never reaches one.
 *
 *   uploads bucket     <kind>/<jobId>                      image/3f2c…
 *   renditions bucket  v1/<jobId>/<name>.<extension>       v1/3f2c…/w640.webp
 *
 * The kind comes first because S3 routes notifications by prefix. A key names one job for ever, so renditions are
 * immutable; `v1` leaves room for another scheme beside this one.
 */
const JOB_ID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const JOB_ID_PATTERN = new RegExp(`^${JOB_ID}$`);
const SOURCE_KEY_PATTERN = new RegExp(`^(${MEDIA_KINDS.join("|")})/(${JOB_ID})$`);

export const RENDITIONS_PREFIX = "v1/";

export interface SourceKey {
  readonly kind: MediaKind;
  readonly jobId: string;
}

export function isJobId(text: string): boolean {
  return JOB_ID_PATTERN.test(text);
}

export function sourcePrefix(kind: MediaKind): string {
  return `${kind}/`;
}

export function sourceKey(kind: MediaKind, jobId: string): string {
  return `${sourcePrefix(kind)}${jobId}`;
}

/** Undefined for a key that this scheme did not make. */
export function findSourceKey(key: string): SourceKey | undefined {
  const [, kind, jobId] = SOURCE_KEY_PATTERN.exec(key) ?? [];
  return kind && jobId ? { kind: kind as MediaKind, jobId } : undefined;
}

/** `name` and `extension` come from our own presets, never from a user. */
export function renditionKey(jobId: string, name: string, extension: string): string {
  return `${RENDITIONS_PREFIX}${jobId}/${name}.${extension}`;
}
