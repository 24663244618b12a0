import * as z from "zod/mini";

type JsonSchema = z.core.JSONSchema.ObjectSchema & Readonly<Record<string, unknown>>;

/** Strict, as the function is. */
export function describeRequest(schema: z.core.$ZodType): JsonSchema {
  return toJsonSchema(schema, "output");
}

/** Open: a client of today must take what is added tomorrow. */
export function describeAnswer(schema: z.core.$ZodType): JsonSchema {
  return toJsonSchema(schema, "input");
}

/** zod strips unknown properties of what comes in and says of what goes out that there are none. */
function toJsonSchema(schema: z.core.$ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    override({ jsonSchema }) {
      // What a format says already, as an expression of 300 characters, and what any integer of JSON is.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return rest as JsonSchema;
}
