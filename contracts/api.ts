import * as z from "zod/mini";
import { ERROR_CODES } from "./errors.ts";
import { JOB_STATUSES } from "./job-status.ts";
import { MEDIA_KINDS } from "./media.ts";

/**
 * The HTTP API's requests and responses; `docs/openapi.json` is made from these. In zod/mini, because presign loads them
 * at every cold start: 3 ms and 17 KB, where zod itself costs 34 ms and 87 KB (performance.md).
 */
export { type PresignRequest, presignRequest } from "./presign-request.ts";

export const presignResponse = z.object({
  jobId: z.uuidv4(),
  key: z.string(),
  upload: z.discriminatedUnion("method", [
    z.object({
      method: z.literal("POST"),
      url: z.url(),
      fields: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime(),
    }),
    z.object({
      method: z.literal("PUT"),
      url: z.url(),
      headers: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime(),
    }),
  ]),
  statusUrl: z.url(),
});
export type PresignResponse = z.infer<typeof presignResponse>;

/** Pixels, bytes, seconds. `url` is absolute, on the CDN. */
export const rendition = z.object({
  name: z.string(),
  width: z.optional(z.int()),
  height: z.optional(z.int()),
  contentType: z.string(),
  bytes: z.int(),
  url: z.url(),
});

export const statusResponse = z.object({
  jobId: z.uuidv4(),
  key: z.string(),
  status: z.enum(JOB_STATUSES),
  /** Whole percent, 0–100; 100 only when COMPLETED. */
  progress: z.int().check(z.minimum(0), z.maximum(100)),
  source: z.object({
    kind: z.enum(MEDIA_KINDS),
    contentType: z.string(),
    bytes: z.int(),
    width: z.optional(z.int()),
    height: z.optional(z.int()),
    durationSeconds: z.optional(z.number()),
  }),
  renditions: z.array(rendition),
  /** A thumbhash, base64. */
  placeholder: z.optional(z.string()),
  error: z.optional(z.object({ code: z.enum(ERROR_CODES), message: z.string() })),
});
export type StatusResponse = z.infer<typeof statusResponse>;

/** Every answer that is not a success has this body. */
export const errorResponse = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    details: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
    requestId: z.string(),
  }),
});
export type ErrorResponse = z.infer<typeof errorResponse>;

/** `config.json` beside the page: all that the page knows of where it runs. */
export const siteConfig = z.object({ apiUrl: z.url() });
