import * as z from "zod/mini";

/** A form with every field, or the bare file. */
export const UPLOAD_METHODS = ["POST", "PUT"] as const;

/** A type with parameters: recorders name their codecs. RFC 6838 allows 127 characters for the type alone. */
const MAX_CONTENT_TYPE_LENGTH = 255;
/** Before it is cleaned and shortened to 255 bytes. */
const MAX_FILE_NAME_LENGTH = 4096;

/**
 * The body of `POST /presign/upload`. Sizes are whole bytes; `size` is the exact length of the file that will be uploaded.
 * `contentType` is what the browser says, or empty: the name's extension decides then. Apart from `api.ts`: it is the one schema that presign needs, and the others would cost its cold start 14 KB.
 */
export const presignRequest = z.strictObject({
  fileName: z.string().check(z.minLength(1), z.maxLength(MAX_FILE_NAME_LENGTH)),
  contentType: z.string().check(z.maxLength(MAX_CONTENT_TYPE_LENGTH)),
  size: z.int(),
  convertTo: z.optional(z.string().check(z.maxLength(16))),
  method: z.optional(z.enum(UPLOAD_METHODS)),
});
export type PresignRequest = z.infer<typeof presignRequest>;
