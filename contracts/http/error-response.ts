import * as z from "zod/mini";

/** Every answer that is not a success has this body. */
export interface ErrorBody<Code extends string = string> {
  readonly error: {
    readonly code: Code;
    readonly message: string;
    /** What was wrong, by the name of the field. */
    readonly details?: readonly { readonly path: string; readonly message: string }[] | undefined;
    /** What the function's log calls the request. */
    readonly requestId: string;
  };
}

/** Its schema, for the codes of one system. */
export function createErrorResponse<const Codes extends readonly [string, ...string[]]>(codes: Codes) {
  return z.object({
    error: z.object({
      code: z.enum(codes),
      message: z.string(),
      details: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
      requestId: z.string(),
    }),
  });
}
