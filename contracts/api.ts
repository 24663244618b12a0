import * as z from "zod";
import { ERROR_CODES } from "./errors.ts";
import { JOB_STATUSES } from "./job-status.ts";
import { MEDIA_KINDS } from "./media.ts";

/** The HTTP API's requests and responses. The page's client and the OpenAPI document are made from these. */

/** A request body may not be larger (security.md U9). */
export const MAX_BODY_BYTES = 8 * 1024;
/** A file name may not be longer, in UTF-8 bytes (security.md U4). */
export const MAX_FILE_NAME_BYTES = 255;

/** Sizes are whole bytes. `size` is the exact length of the file that will be uploaded. */
export const presignRequest = z.strictObject({
  fileName: z.string().min(1),
  contentType: z.string().min(1).max(127),
  size: z.int(),
  convertTo: z.string().max(16).optional(),
  method: z.enum(["POST", "PUT"]).optional(),
});
export type PresignRequest = z.infer<typeof presignRequest>;

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
  width: z.int().optional(),
  height: z.int().optional(),
  contentType: z.string(),
  bytes: z.int(),
  url: z.url(),
});

export const statusResponse = z.object({
  jobId: z.uuidv4(),
  key: z.string(),
  status: z.enum(JOB_STATUSES),
  /** Whole percent, 0–100; 100 only when COMPLETED. */
  progress: z.int().min(0).max(100),
  source: z.object({
    kind: z.enum(MEDIA_KINDS),
    contentType: z.string(),
    bytes: z.int(),
    width: z.int().optional(),
    height: z.int().optional(),
    durationSeconds: z.number().optional(),
  }),
  renditions: z.array(rendition),
  /** A thumbhash, base64. */
  placeholder: z.string().optional(),
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).optional(),
});
export type StatusResponse = z.infer<typeof statusResponse>;

/** Every answer that is not a success has this body. */
export const errorResponse = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  }),
});
export type ErrorResponse = z.infer<typeof errorResponse>;

/** `config.json` beside the page: all that the page knows of where it runs. */
export const siteConfig = z.object({ apiUrl: z.url() });
