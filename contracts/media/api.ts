import * as z from "zod/mini";
import { createErrorResponse } from "../http/error-response.ts";
import { ERROR_CODES } from "./errors.ts";
import { JOB_STATUSES } from "./job-status.ts";
import { MEDIA_KINDS } from "./media.ts";
import { UPLOAD_METHODS } from "./presign-request.ts";

/**
 * The HTTP API's requests and responses; `docs/openapi.json` is made from these. In zod/mini, because presign loads them
 * at every cold start: 3 ms and 17 KB, where zod itself costs 34 ms and 87 KB (performance.md).
 */
export { type PresignRequest, presignRequest } from "./presign-request.ts";

export const presignResponse = z.object({
  jobId: z.uuidv4(),
  key: z.string(),
  /** What was signed, and must be sent: `headers` and `fields` below carry it. */
  contentType: z.string(),
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
  /** As the person wrote it, in NFC, without marks that nobody sees, at most 255 bytes. */
  fileName: z.string(),
  createdAt: z.iso.datetime(),
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

const limitsOfKind = z.object({
  maxBytes: z.int(),
  /** Every type that an upload may declare; what it is signed with, and must be sent with, presign answers. */
  contentTypes: z.array(z.string()),
  /** With the dot, as a file input's `accept` wants them. */
  extensions: z.array(z.string()),
  /** `maxPixels` of the whole picture, all frames of an animation together. */
  formats: z.array(
    z.object({
      name: z.string(),
      contentType: z.string(),
      extensions: z.array(z.string()),
      maxPixels: z.optional(z.int()),
    }),
  ),
  /** What `convertTo` may name. */
  conversions: z.array(z.string()),
});

/** What the API accepts, as this deployment is set. */
export const limitsResponse = z.object({
  image: z.extend(limitsOfKind, { maxSidePixels: z.int(), maxFrames: z.int() }),
  video: z.extend(limitsOfKind, { maxDurationSeconds: z.int(), maxFramePixels: z.int() }),
  audio: z.extend(limitsOfKind, { maxDurationSeconds: z.int() }),
  upload: z.object({
    /** How long an upload's address works. */
    expiresInSeconds: z.int(),
    methods: z.array(z.enum(UPLOAD_METHODS)),
  }),
  /** What is known and refused: a sentence of what it is, and one of what to do. */
  refused: z.array(
    z.object({ contentTypes: z.array(z.string()), extensions: z.array(z.string()), message: z.string() }),
  ),
});
export type LimitsResponse = z.infer<typeof limitsResponse>;

/** Every answer that is not a success has this body. */
export const errorResponse = createErrorResponse(ERROR_CODES);
export type ErrorResponse = z.infer<typeof errorResponse>;

/** `config.json` beside the page: all that the page knows of where it runs. */
export const siteConfig = z.object({ apiUrl: z.url() });
