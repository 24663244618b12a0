import * as z from "zod";
import type { StoredSettings } from "./model.ts";
import type { S3ErrorCode } from "./s3-error.ts";

/** A configuration that a bucket has, as a document of the S3 API and as settings. */
export interface ConfigurationDocument {
  /** The end of its IAM actions: s3:Get…, s3:Put…. */
  readonly action: string;
  /** undefined: the setting is not there. */
  readonly print: (settings: StoredSettings) => string | undefined;
  /** Throws S3Error. */
  readonly parse: (document: string, settings: StoredSettings) => Partial<StoredSettings>;
  /** What DELETE leaves; absent where S3 has no DELETE. */
  readonly removed?: Partial<StoredSettings>;
  /** What GET answers where the setting is not there. */
  readonly missing: readonly [S3ErrorCode, string];
}

export const NEVER_MISSING: ConfigurationDocument["missing"] = ["InternalError", "This configuration always exists."];

export const flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** Element content that may occur once or many times, or not at all. */
export function listOf<T>(item: z.ZodType<T>) {
  return z.preprocess((one) => (one === undefined ? [] : Array.isArray(one) ? one : [one]), z.array(item));
}

/** An element that may stand there empty, which a parser reports as an empty string. */
export function maybeEmpty<T>(element: z.ZodType<T>) {
  return z.preprocess((one) => (one === "" ? {} : one), element);
}
