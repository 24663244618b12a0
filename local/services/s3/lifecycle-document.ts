import * as z from "zod";
import { createId } from "./catalog.ts";
import { type ConfigurationDocument, listOf, maybeEmpty } from "./configuration-document.ts";
import { notImplemented } from "./s3-error.ts";
import type { LifecycleRule } from "./seam.ts";
import { parseXml, printXml, type XmlValue } from "./xml.ts";

const days = z.coerce.number().int().min(1);
const rule = z.strictObject({
  ID: z.string().max(255).optional(),
  Status: z.enum(["Enabled", "Disabled"]),
  Prefix: z.string().optional(),
  Filter: maybeEmpty(z.strictObject({ Prefix: z.string().default("") })).optional(),
  Expiration: z
    .strictObject({ Days: days.optional(), ExpiredObjectDeleteMarker: z.enum(["true", "false"]).optional() })
    .optional(),
  NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: days }).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: days }).optional(),
});
const configuration = z.strictObject({ Rule: listOf(rule) });

/** `?lifecycle`: expiry by age and prefix. Transitions, and filters by tag or size, are refused by name. */
export const lifecycleDocument: ConfigurationDocument = {
  action: "LifecycleConfiguration",
  print: ({ lifecycle }) => lifecycle && printXml("LifecycleConfiguration", { Rule: lifecycle.map(print) }),
  parse: (document) => ({ lifecycle: parseXml(document, "LifecycleConfiguration", configuration).Rule.map(parse) }),
  removed: { lifecycle: undefined },
  missing: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
};

function parse(one: z.infer<typeof rule>): LifecycleRule {
  if (one.Status === "Disabled") throw notImplemented("a lifecycle rule with Status Disabled; leave it out instead");
  const { Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = one;
  return {
    id: one.ID ?? createId(),
    prefix: one.Filter?.Prefix ?? one.Prefix ?? "",
    ...(Expiration?.Days ? { expirationDays: Expiration.Days } : {}),
    ...(Expiration?.ExpiredObjectDeleteMarker === "true" ? { expiredObjectDeleteMarker: true } : {}),
    ...(NoncurrentVersionExpiration
      ? { noncurrentVersionExpirationDays: NoncurrentVersionExpiration.NoncurrentDays }
      : {}),
    ...(AbortIncompleteMultipartUpload
      ? { abortIncompleteMultipartUploadDays: AbortIncompleteMultipartUpload.DaysAfterInitiation }
      : {}),
  };
}

function print(one: LifecycleRule): XmlValue {
  const expires = one.expirationDays !== undefined || one.expiredObjectDeleteMarker;
  return {
    ID: one.id,
    Filter: { Prefix: one.prefix },
    Status: "Enabled",
    Expiration: expires
      ? { Days: one.expirationDays, ExpiredObjectDeleteMarker: one.expiredObjectDeleteMarker }
      : undefined,
    NoncurrentVersionExpiration: one.noncurrentVersionExpirationDays
      ? { NoncurrentDays: one.noncurrentVersionExpirationDays }
      : undefined,
    AbortIncompleteMultipartUpload: one.abortIncompleteMultipartUploadDays
      ? { DaysAfterInitiation: one.abortIncompleteMultipartUploadDays }
      : undefined,
  };
}
