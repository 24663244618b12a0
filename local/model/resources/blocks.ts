import * as z from "zod";

/** A block that stands at most once: cdktf writes it as an object, or as a list of one. */
export function block<T extends z.ZodType>(schema: T): z.ZodPreprocess<T> {
  return z.preprocess((value) => (Array.isArray(value) && value.length === 1 ? value[0] : value), schema);
}

/** A block that may stand any number of times. */
export function blocks<T extends z.ZodType>(schema: T): z.ZodPreprocess<z.ZodArray<T>> {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? (value ?? []) : [value]),
    z.array(schema),
  );
}

/** Tags change no behaviour that the runtime has. */
export const tags = z.record(z.string(), z.string()).optional();
