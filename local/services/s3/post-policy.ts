import * as z from "zod";
import { ALGORITHM, parseCredential } from "../../protocol/sigv4/credential-scope.ts";
import { SignatureError } from "../../protocol/sigv4/signature-error.ts";
import {
  checkScope,
  checkToken,
  deriveSigningKey,
  hmac,
  parseAmzDate,
  requireSameSignature,
} from "../../protocol/sigv4/verify-signature.ts";
import type { CredentialStore, Principal } from "../../service.ts";
import { S3Error } from "./s3-error.ts";

/** The form's fields by lower-case name, the file not among them. */
export type FormFields = ReadonlyMap<string, string>;

/** Sizes in bytes, both included. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

const bound = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);
const policySchema = z.strictObject({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(
    z.union([
      z.tuple([z.string().toLowerCase().pipe(z.literal("content-length-range")), bound, bound]),
      z.tuple([
        z
          .string()
          .toLowerCase()
          .pipe(z.enum(["eq", "starts-with"])),
        z.string().startsWith("$"),
        z.string(),
      ]),
      z.record(z.string(), z.string()).refine((one) => Object.keys(one).length === 1),
    ]),
  ),
});

/** Not covered by the policy, as AWS documents: the proof itself, and what S3 ignores. */
const UNCOVERED = /^(x-amz-signature|policy|file|x-ignore-.*)$/;

/**
 * Who made the form's policy. Throws SignatureError. undefined for a form without a policy, which is anonymous.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 */
export function authenticateForm(
  fields: FormFields,
  credentials: CredentialStore,
  region: string,
): Principal | undefined {
  const policy = fields.get("policy");
  if (policy === undefined) return undefined;
  const require = (name: string): string => {
    const value = fields.get(name);
    if (value !== undefined) return value;
    throw new SignatureError("InvalidArgument", `Bucket POST must contain a field named '${name}'.`);
  };
  if (require("x-amz-algorithm") !== ALGORITHM) {
    throw new SignatureError("InvalidArgument", `X-Amz-Algorithm only supports "${ALGORITHM}".`);
  }
  const scope = parseCredential(require("x-amz-credential"), "InvalidArgument");
  const date = require("x-amz-date");
  if (parseAmzDate(date) === undefined || !date.startsWith(scope.date)) {
    throw new SignatureError(
      "InvalidArgument",
      "X-Amz-Date must be an ISO8601 date, of the same day as X-Amz-Credential.",
    );
  }
  checkScope({ scope, source: "header" }, { service: "s3", region });
  const found = credentials.find(scope.accessKeyId);
  if (!found) {
    throw new SignatureError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  }
  checkToken(found.credentials.sessionToken, fields.get("x-amz-security-token"));
  const signature = hmac(deriveSigningKey(found.credentials.secretAccessKey, scope), policy).toString("hex");
  requireSameSignature(require("x-amz-signature"), signature);
  return found.principal;
}

/**
 * Holds the form against its policy: every condition must be met, and every field must be named by one, so that
 * whoever got the form cannot add to it. Returns the sizes that the file may have. Throws S3Error AccessDenied.
 */
export function checkPolicy(fields: FormFields, bucket: string, now: number): SizeRange | undefined {
  const { expiration, conditions } = parsePolicy(fields.get("policy") ?? "");
  if (now > Date.parse(expiration)) throw denied("Policy expired.");
  const values = new Map([...fields, ["bucket", bucket]]);
  const covered = new Set(["bucket"]);
  let range: SizeRange | undefined;
  for (const condition of conditions) {
    if (Array.isArray(condition) && condition[0] === "content-length-range") {
      range = { min: condition[1], max: condition[2] };
      continue;
    }
    const [operator, name, expected] = asMatch(condition);
    const value = values.get(name);
    if (value === undefined || !holds(operator, name, value, expected)) {
      throw denied(`Policy Condition failed: ${JSON.stringify([operator, `$${name}`, expected])}`);
    }
    covered.add(name);
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !UNCOVERED.test(name));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(", ")}`);
  return range;
}

type Condition = z.infer<typeof policySchema>["conditions"][number];

function asMatch(condition: Condition): readonly ["eq" | "starts-with", string, string] {
  if (!Array.isArray(condition)) {
    const [name = "", value = ""] = Object.entries(condition)[0] ?? [];
    return ["eq", name.toLowerCase(), value];
  }
  const [operator, name, value] = condition;
  if (operator === "content-length-range") throw new TypeError("a range is not a match");
  return [operator, name.slice(1).toLowerCase(), value];
}

function holds(operator: "eq" | "starts-with", name: string, value: string, expected: string): boolean {
  if (operator === "eq") return value === expected;
  // A list of content types must begin so in each of its members.
  const members = name === "content-type" ? value.split(",").map((one) => one.trim()) : [value];
  return members.every((one) => one.startsWith(expected));
}

function parsePolicy(encoded: string): z.infer<typeof policySchema> {
  try {
    return policySchema.parse(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : "it is not base64 of JSON";
    throw new S3Error("InvalidPolicyDocument", `Invalid Policy: ${why}`);
  }
}

function denied(why: string): S3Error {
  return new S3Error("AccessDenied", `Invalid according to Policy: ${why}`);
}
