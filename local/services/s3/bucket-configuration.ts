import * as z from "zod";
import type { PolicyDocument } from "../../iam/policy.ts";
import { checkPolicyKind, parsePolicy } from "../../iam/policy-document.ts";
import { type ConfigurationDocument, flag, listOf, maybeEmpty, NEVER_MISSING } from "./configuration-document.ts";
import { lifecycleDocument } from "./lifecycle-document.ts";
import type { StoredSettings } from "./model.ts";
import { notificationDocument } from "./notification-document.ts";
import { isPublicPolicy } from "./public-policy.ts";
import { S3Error } from "./s3-error.ts";
import type { CorsRule } from "./seam.ts";
import { parseTagging, printTagging } from "./tags.ts";
import { parseXml, printXml } from "./xml.ts";

const versioning = maybeEmpty(z.strictObject({ Status: z.enum(["Enabled", "Suspended"]).optional() }));

const cors = z.strictObject({
  CORSRule: listOf(
    z.strictObject({
      ID: z.string().optional(),
      AllowedOrigin: listOf(z.string()),
      AllowedMethod: listOf(z.enum(["GET", "PUT", "HEAD", "POST", "DELETE"])),
      AllowedHeader: listOf(z.string()),
      ExposeHeader: listOf(z.string()),
      MaxAgeSeconds: z.coerce.number().int().min(0).optional(),
    }),
  ),
});

const publicAccessBlock = z.strictObject({
  BlockPublicAcls: flag.default(false),
  IgnorePublicAcls: flag.default(false),
  BlockPublicPolicy: flag.default(false),
  RestrictPublicBuckets: flag.default(false),
});

const ownership = z.strictObject({
  Rule: z.strictObject({ ObjectOwnership: z.enum(["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]) }),
});

const encryption = z.strictObject({
  Rule: z.strictObject({
    ApplyServerSideEncryptionByDefault: z.strictObject({ SSEAlgorithm: z.enum(["AES256", "aws:kms"]) }),
    BucketKeyEnabled: flag.optional(),
  }),
});

/** By the subresource in the query: `?cors`. */
export const CONFIGURATIONS = {
  versioning: {
    action: "BucketVersioning",
    print: ({ versioning: Status }) => printXml("VersioningConfiguration", { Status }),
    parse: (document, settings) => {
      const { Status } = parseXml(document, "VersioningConfiguration", versioning);
      return { versioning: Status ?? settings.versioning };
    },
    missing: NEVER_MISSING,
  },
  cors: {
    action: "BucketCORS",
    print: (settings) => settings.cors && printXml("CORSConfiguration", { CORSRule: settings.cors.map(printCorsRule) }),
    parse: (document) => ({ cors: parseXml(document, "CORSConfiguration", cors).CORSRule.map(toCorsRule) }),
    removed: { cors: undefined },
    missing: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
  },
  lifecycle: lifecycleDocument,
  notification: notificationDocument,
  policy: {
    action: "BucketPolicy",
    print: ({ policy }) => policy && JSON.stringify(policy),
    parse: (document, settings) => ({ policy: parseBucketPolicy(document, settings) }),
    removed: { policy: undefined },
    missing: ["NoSuchBucketPolicy", "The bucket policy does not exist"],
  },
  publicAccessBlock: {
    action: "BucketPublicAccessBlock",
    print: ({ publicAccessBlock: block }) =>
      block &&
      printXml("PublicAccessBlockConfiguration", {
        BlockPublicAcls: block.blockPublicAcls,
        IgnorePublicAcls: block.ignorePublicAcls,
        BlockPublicPolicy: block.blockPublicPolicy,
        RestrictPublicBuckets: block.restrictPublicBuckets,
      }),
    parse: (document) => {
      const block = parseXml(document, "PublicAccessBlockConfiguration", publicAccessBlock);
      return {
        publicAccessBlock: {
          blockPublicAcls: block.BlockPublicAcls,
          ignorePublicAcls: block.IgnorePublicAcls,
          blockPublicPolicy: block.BlockPublicPolicy,
          restrictPublicBuckets: block.RestrictPublicBuckets,
        },
      };
    },
    removed: { publicAccessBlock: undefined },
    missing: ["NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"],
  },
  ownershipControls: {
    action: "BucketOwnershipControls",
    print: ({ objectOwnership }) =>
      objectOwnership && printXml("OwnershipControls", { Rule: { ObjectOwnership: objectOwnership } }),
    parse: (document) => ({ objectOwnership: parseXml(document, "OwnershipControls", ownership).Rule.ObjectOwnership }),
    removed: { objectOwnership: undefined },
    missing: ["OwnershipControlsNotFoundError", "The bucket ownership controls were not found"],
  },
  encryption: {
    action: "EncryptionConfiguration",
    print: ({ encryption: one }) =>
      one &&
      printXml("ServerSideEncryptionConfiguration", {
        Rule: {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: one.algorithm },
          BucketKeyEnabled: one.bucketKeyEnabled ?? false,
        },
      }),
    parse: (document) => {
      const { Rule } = parseXml(document, "ServerSideEncryptionConfiguration", encryption);
      const { SSEAlgorithm: algorithm } = Rule.ApplyServerSideEncryptionByDefault;
      return { encryption: { algorithm, bucketKeyEnabled: Rule.BucketKeyEnabled ?? false } };
    },
    // S3 never goes without: it falls back to its own default.
    removed: { encryption: { algorithm: "AES256" } },
    missing: [
      "ServerSideEncryptionConfigurationNotFoundError",
      "The server side encryption configuration was not found",
    ],
  },
  tagging: {
    action: "BucketTagging",
    print: ({ tags }) => tags && printTagging(tags),
    parse: (document) => ({ tags: parseTagging(document, "bucket") }),
    removed: { tags: undefined },
    missing: ["NoSuchTagSet", "The TagSet does not exist"],
  },
} as const satisfies Record<string, ConfigurationDocument>;

export type ConfigurationName = keyof typeof CONFIGURATIONS;

/** Throws S3Error MalformedPolicy, or AccessDenied for a public policy where the bucket blocks those. */
function parseBucketPolicy(document: string, settings: StoredSettings): PolicyDocument {
  const policy = parseJson(document);
  const parsed = parsePolicy(policy);
  const problems = parsed.problems ?? checkPolicyKind("resource", parsed.statements);
  if (problems.length > 0) throw new S3Error("MalformedPolicy", problems.join("; "));
  if (settings.publicAccessBlock?.blockPublicPolicy && isPublicPolicy(policy as PolicyDocument)) {
    throw new S3Error(
      "AccessDenied",
      "Public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
    );
  }
  return policy as PolicyDocument;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new S3Error("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'");
  }
}

function toCorsRule(rule: z.infer<typeof cors>["CORSRule"][number]): CorsRule {
  if (rule.AllowedOrigin.some((origin) => origin.split("*").length > 2)) {
    throw new S3Error("InvalidRequest", "AllowedOrigin can not have more than one wildcard.");
  }
  return {
    ...(rule.ID === undefined ? {} : { id: rule.ID }),
    allowedOrigins: rule.AllowedOrigin,
    allowedMethods: rule.AllowedMethod,
    ...(rule.AllowedHeader.length > 0 ? { allowedHeaders: rule.AllowedHeader } : {}),
    ...(rule.ExposeHeader.length > 0 ? { exposeHeaders: rule.ExposeHeader } : {}),
    ...(rule.MaxAgeSeconds === undefined ? {} : { maxAgeSeconds: rule.MaxAgeSeconds }),
  };
}

function printCorsRule(rule: CorsRule) {
  return {
    ID: rule.id,
    AllowedOrigin: rule.allowedOrigins,
    AllowedMethod: rule.allowedMethods,
    AllowedHeader: rule.allowedHeaders,
    ExposeHeader: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  };
}
