import * as z from "zod/mini";

/** A form with every field, or the bare file. */
export const UPLOAD_METHODS = ["POST", "PUT"] as const;

/**
 * The body of `POST /presign/upload`. Sizes are whole bytes; `size` is the exact length of the file that will be uploaded.
 * Apart from `api.ts`: it is the one schema that presign needs, and the others would cost its cold start 14 KB.
 */
export const presignRequest = z.strictObject({
  fileName: z.string().check(z.minLength(1)),
  contentType: z.string().check(z.minLength(1), z.maxLength(127)),
  size: z.int(),
  convertTo: z.optional(z.string().check(z.maxLength(16))),
  method: z.optional(z.enum(UPLOAD_METHODS)),
});
export type PresignRequest = z.infer<typeof presignRequest>;
