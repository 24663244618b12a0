import { isBounding } from "../../contracts/iam/condition-operator.ts";
import {
  type PolicyStatement as ParsedStatement,
  type PolicyAxis,
  parsePolicyDocument,
} from "../../contracts/iam/policy-document.ts";
import type { Resource } from "./policy-stack.ts";

/** What the rules ask of a statement, in the words in which they ask. */
export interface PolicyStatement {
  readonly isAllow: boolean;
  /** `["*"]` too where the policy says `NotAction`: whatever is not named is allowed, tomorrow's actions included. */
  readonly actions: readonly string[];
  /** Empty in a trust policy, which has none. */
  readonly resources: readonly string[];
  readonly services: readonly string[];
  /** Identity providers, like GitHub's. */
  readonly providers: readonly string[];
  /** Accounts and identities of AWS, by ARN or number. */
  readonly identities: readonly string[];
  /** Anybody in the world, as far as the principal goes. */
  readonly isForEverybody: boolean;
  /**
   * By key, operators left out: `aws:SourceArn` → its values. Of what allows, only those that bound it: a condition that
   * holds for all but some, or where the key is missing, bounds nobody.
   */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/** Where a type keeps its policy. */
const POLICY_ATTRIBUTES: Readonly<Record<string, string>> = {
  aws_iam_role: "assume_role_policy",
  aws_iam_role_policy: "policy",
  aws_iam_policy: "policy",
  aws_s3_bucket_policy: "policy",
  aws_sqs_queue_policy: "policy",
  aws_sns_topic_policy: "policy",
};

export const POLICY_TYPES: readonly string[] = Object.keys(POLICY_ATTRIBUTES);
/** Policies that say who may use a resource, not what a role may do. */
export const RESOURCE_POLICY_TYPES: readonly string[] = [
  "aws_s3_bucket_policy",
  "aws_sqs_queue_policy",
  "aws_sns_topic_policy",
];

/** The statements of a resource's policy; undefined where it is no policy written out as JSON, and so cannot be judged. */
export function findStatements({ type, body }: Resource): readonly PolicyStatement[] | undefined {
  const text = body[POLICY_ATTRIBUTES[type] ?? "policy"];
  try {
    return parsePolicyDocument(JSON.parse(String(text))).statements?.map(toStatement);
  } catch {
    return undefined;
  }
}

/** Those that allow something. A policy that cannot be read yields none: a rule of its own refuses it. */
export function listAllowed(resource: Resource): readonly PolicyStatement[] {
  return (findStatements(resource) ?? []).filter(({ isAllow }) => isAllow);
}

function toStatement({ effect, principals, actions, resources, conditions }: ParsedStatement): PolicyStatement {
  const { AWS = [], Service = [], Federated = [] } = principals?.byKind ?? {};
  return {
    isAllow: effect === "Allow",
    actions: listPatterns(actions),
    resources: listPatterns(resources),
    services: Service,
    providers: Federated,
    identities: AWS.filter((identity) => identity !== "*"),
    isForEverybody: principals?.isExcept === true || AWS.includes("*"),
    conditions: Object.fromEntries(
      conditions
        .filter(({ operator }) => effect !== "Allow" || isBounding(operator))
        .map(({ key, values }) => [key, values]),
    ),
  };
}

function listPatterns(axis: PolicyAxis | undefined): readonly string[] {
  return axis?.isExcept ? ["*"] : (axis?.patterns ?? []);
}

/** Whether an ARN says whose the thing is: by a reference to one of ours, by its account, or, as a bucket, by its whole name. */
export function namesOwner(arn: string): boolean {
  return arn.includes("${") || /^arn:aws:[^:*?]+:[^:]*:\d{12}:/.test(arn) || /^arn:aws:s3:::[^*?]+$/.test(arn);
}
