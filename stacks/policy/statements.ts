import { type Resource, textsOf } from "./policy-stack.ts";

/** A statement of a policy, with what AWS takes in two forms brought into one. */
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

/** The statements of a resource's policy; undefined where it is not written as JSON and so cannot be judged. */
export function findStatements({ type, body }: Resource): readonly PolicyStatement[] | undefined {
  const text = body[POLICY_ATTRIBUTES[type] ?? "policy"];
  try {
    const { Statement } = JSON.parse(String(text)) as { readonly Statement: unknown };
    return (Array.isArray(Statement) ? Statement : [Statement]).map(readStatement);
  } catch {
    return undefined;
  }
}

/** Those that allow something. A policy that cannot be read yields none: a rule of its own refuses it. */
export function listAllowed(resource: Resource): readonly PolicyStatement[] {
  return (findStatements(resource) ?? []).filter(({ isAllow }) => isAllow);
}

function readStatement(statement: Readonly<Record<string, unknown>>): PolicyStatement {
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const principals = typeof Principal === "object" && Principal !== null ? Principal : { AWS: Principal };
  const { AWS, Service, Federated } = principals as Readonly<Record<string, unknown>>;
  return {
    isAllow: Effect === "Allow",
    actions: NotAction === undefined ? textsOf(Action) : ["*"],
    resources: NotResource === undefined ? textsOf(Resource) : ["*"],
    services: textsOf(Service),
    providers: textsOf(Federated),
    identities: textsOf(AWS).filter((identity) => identity !== "*"),
    isForEverybody: NotPrincipal !== undefined || textsOf(AWS).includes("*"),
    conditions: Object.fromEntries(
      Object.entries(Condition as Record<string, Record<string, unknown>>)
        .filter(([operator]) => Effect !== "Allow" || !/Not|IfExists$|^Null$|^ForAllValues:/.test(operator))
        .flatMap(([, byKey]) => Object.entries(byKey))
        .map(([key, values]) => [key, textsOf(values)]),
    ),
  };
}

/** Whether an ARN says whose the thing is: by a reference to one of ours, by its account, or, as a bucket, by its whole name. */
export function namesOwner(arn: string): boolean {
  return arn.includes("${") || /^arn:aws:[^:*?]+:[^:]*:\d{12}:/.test(arn) || /^arn:aws:s3:::[^*?]+$/.test(arn);
}
