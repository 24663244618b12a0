/**
 * The environment variables of each function: the stack must set exactly these, the function's `dependencies.ts` reads
 * exactly these. Values are strings, as in Lambda; the unit is in the name.
 */
export const ENVIRONMENT = {
  presign: [
    "JOBS_TABLE",
    "UPLOADS_BUCKET",
    "UPLOAD_URL_SECONDS",
    "ABANDONED_AFTER_SECONDS",
    "JOB_RETENTION_DAYS",
    "MAX_IMAGE_BYTES",
    "MAX_VIDEO_BYTES",
    "MAX_AUDIO_BYTES",
    "MAX_DURATION_SECONDS",
    "MAX_AUDIO_DURATION_SECONDS",
    "IMAGE_HEIC",
  ],
  status: ["JOBS_TABLE", "CDN_URL"],
  resize: [
    "JOBS_TABLE",
    "UPLOADS_BUCKET",
    "RENDITIONS_BUCKET",
    "QUEUE_URL",
    "MAX_IMAGE_BYTES",
    "IMAGE_WIDTHS",
    "IMAGE_AVIF",
    "IMAGE_HEIC",
    "METRICS_NAMESPACE",
  ],
  convert: [
    "JOBS_TABLE",
    "UPLOADS_BUCKET",
    "RENDITIONS_BUCKET",
    "QUEUE_URL",
    "MAX_VIDEO_BYTES",
    "MAX_AUDIO_BYTES",
    "MAX_DURATION_SECONDS",
    "MAX_AUDIO_DURATION_SECONDS",
    "METRICS_NAMESPACE",
  ],
  settle: ["JOBS_TABLE", "UPLOADS_BUCKET", "METRICS_NAMESPACE"],
} as const satisfies Record<string, readonly string[]>;

export type FunctionName = keyof typeof ENVIRONMENT;
export const FUNCTION_NAMES = Object.keys(ENVIRONMENT) as FunctionName[];
export type EnvironmentOf<F extends FunctionName> = Record<(typeof ENVIRONMENT)[F][number], string>;
