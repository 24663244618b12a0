import { ALLOWED_WILDCARD_RESOURCES } from "../../support/permissions.ts";
import { refersTo, textsOf } from "../policy-stack.ts";
import { type Rule, unless } from "../rule.ts";
import {
  findStatements,
  listAllowed,
  namesOwner,
  POLICY_TYPES,
  type PolicyStatement,
  RESOURCE_POLICY_TYPES,
} from "../statements.ts";

/** Types whose policy must refuse plain HTTP, with the attribute that names what they guard. */
const TLS_ONLY = {
  aws_s3_bucket: ["aws_s3_bucket_policy", "bucket"],
  aws_sqs_queue: ["aws_sqs_queue_policy", "queue_url"],
  aws_sns_topic: ["aws_sns_topic_policy", "arn"],
} as const;

/**
 * Actions by which a function could give itself or others more than it has, or hand out credentials. From the same idea
 * as the scanners' own lists: https://github.com/salesforce/cloudsplaining (privilege escalation, credentials exposure).
 */
const ESCALATING =
  /^(iam|organizations|sso|cognito-identity):(?!Get|List|Simulate)|^sts:(?!GetCallerIdentity)|^lambda:(Update|Add|Create|Put)|^s3:PutBucketPolicy$/i;

/** `*`, all of a service, or all of a kind: `table/*`. An S3 ARN has a bucket's name where others have the kind. */
const EVERYTHING = /^\*|^arn:aws:[^:]*:[^:]*:[^:]*:\*|^arn:aws:(?!s3:)[^:]*:[^:]*:[^:]*:[\w-]+[:/]\*/;

/** A bucket's settings, and the policies of everything else, are what keeps people out. */
const OPENING =
  /^s3:(Put|Delete)\w*(Policy|Acl|PublicAccessBlock|OwnershipControls)$|^(sqs|sns|lambda|events):(Add|Put|Remove)Permission$|^(sqs|sns):Set(Queue|Topic)Attributes$|:(Put|Delete)ResourcePolicy$|^kms:(CreateGrant|PutKeyPolicy)$/i;

function isBounded(arns: readonly string[] = []): boolean {
  return arns.length > 0 && arns.every(namesOwner);
}

function judgeService({ services, isForEverybody, conditions }: PolicyStatement): readonly string[] {
  return [
    ...unless(services.length === 1 && !isForEverybody, "may be worn by anything but one service"),
    ...unless(isBounded(conditions["aws:SourceArn"]), "has a trust policy without aws:SourceArn"),
    ...unless((conditions["aws:SourceAccount"]?.length ?? 0) > 0, "has a trust policy without aws:SourceAccount"),
  ];
}

/** An identity provider vouches for everybody who has an account there: who is meant is in the subject. */
function judgeProvider({ providers, services, isForEverybody, conditions }: PolicyStatement): readonly string[] {
  const valuesOf = (claim: string) =>
    Object.entries(conditions).flatMap(([key, values]) => (key.endsWith(`:${claim}`) ? values : []));
  const subjects = valuesOf("sub");
  return [
    ...unless(
      providers.length === 1 && services.length === 0 && !isForEverybody,
      "may be worn by anything but one identity provider's own",
    ),
    ...unless(valuesOf("aud").length > 0, "has a trust policy without the audience"),
    // `repo:owner/name:…`: a wildcard before the name would let in whoever makes a repository of that form.
    ...unless(
      subjects.length > 0 && subjects.every((subject) => /^[^*?]+:[^*?]+:/.test(subject)),
      "has a trust policy without an exact subject",
    ),
  ];
}

export const POLICY_RULES = {
  "policy-readable": {
    threats: ["P1"],
    scannerIds: [],
    resourceTypes: POLICY_TYPES,
    promise: "Every policy is written out as JSON, in the grammar of IAM.",
    why: "What cannot be read cannot be judged, by these rules or by a reviewer.",
    check: (resource) => unless(findStatements(resource) !== undefined, "has a policy that cannot be read"),
  },
  "policy-exact-actions": {
    threats: ["P1"],
    scannerIds: ["CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_72", "CKV2_AWS_40", "AWS-0057", "AWS-0097", "AWS-0345"],
    resourceTypes: POLICY_TYPES,
    promise: "Every action that is allowed is named exactly.",
    why: "A wildcard allows what nobody thought of, and what AWS adds next year.",
    check: (resource) =>
      listAllowed(resource)
        .flatMap(({ actions }) => actions)
        .filter((action) => /[*?]/.test(action))
        .map((action) => `allows the action "${action}"`),
  },
  "policy-bounded-resources": {
    threats: ["P1"],
    scannerIds: ["CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_290", "CKV_AWS_355"],
    resourceTypes: ["aws_iam_role_policy", "aws_iam_policy"],
    promise: "Every permission names its resource, but for a written list of actions that know none.",
    why: "A leaked credential would reach everything of its kind in the account.",
    check: (resource) =>
      listAllowed(resource)
        .filter(({ resources }) => resources.some((it) => EVERYTHING.test(it)))
        .flatMap(({ actions }) => actions)
        .filter((action) => !ALLOWED_WILDCARD_RESOURCES[action])
        .map((action) => `allows ${action} on every resource`),
  },
  "policy-no-escalation": {
    threats: ["P1"],
    scannerIds: ["CKV_AWS_286", "CKV_AWS_287", "AWS-0342"],
    resourceTypes: ["aws_iam_role_policy", "aws_iam_policy"],
    promise: "No function may give out rights or credentials, or change what other functions run.",
    why: "Whoever takes over a worker with a hostile file would own the account.",
    check: (resource) =>
      listAllowed(resource)
        .flatMap(({ actions }) => actions)
        .filter((action) => ESCALATING.test(action) || OPENING.test(action))
        .map((action) => `allows ${action}`),
  },
  "policy-no-admin": {
    threats: ["P1"],
    scannerIds: ["CKV_AWS_274"],
    resourceTypes: ["aws_iam_role", "aws_iam_role_policy_attachment"],
    promise: "Roles carry policies of this project only.",
    why: "A managed policy changes without us, and AWS's own are wide.",
    check: ({ body }) =>
      unless(
        body.managed_policy_arns === undefined && body.policy_arn === undefined,
        "carries a managed policy; write its statements out in a role policy",
      ),
  },
  "policy-trust": {
    threats: ["P2"],
    scannerIds: ["CKV_AWS_60", "CKV_AWS_61"],
    resourceTypes: ["aws_iam_role"],
    promise: "A role is worn by one service for named sources of this account, or by named identities of one provider.",
    why: "Another account could have the service wear our role for it, and any repository of GitHub could.",
    check: (role) =>
      listAllowed(role).flatMap((it) => (it.providers.length > 0 ? judgeProvider(it) : judgeService(it))),
  },
  "policy-service-source": {
    threats: ["P2"],
    scannerIds: [],
    resourceTypes: RESOURCE_POLICY_TYPES,
    promise: "A service may use a resource only for one source; S3, whose ARNs name no account, for this account too.",
    why: "Whoever can make the service act, in whatever account, would act with our permission.",
    check: (resource) =>
      listAllowed(resource)
        .filter(({ services }) => services.length > 0)
        .flatMap(({ services, conditions }) => {
          const needsAccount = services.includes("s3.amazonaws.com");
          return [
            ...unless(isBounded(conditions["aws:SourceArn"]), `lets ${services.join(", ")} in without aws:SourceArn`),
            ...unless(
              !needsAccount || (conditions["aws:SourceAccount"]?.length ?? 0) > 0,
              "lets S3 in without aws:SourceAccount",
            ),
          ];
        }),
  },
  "policy-not-public": {
    threats: ["P2", "P3"],
    scannerIds: ["CKV_AWS_70", "CKV_AWS_168", "CKV_AWS_169", "CKV_AWS_387"],
    resourceTypes: RESOURCE_POLICY_TYPES,
    promise: "No policy allows anything to everybody.",
    why: "A condition that was meant to bound it can be wrong; a principal that is named cannot.",
    check: (resource) =>
      unless(
        !listAllowed(resource).some(({ isForEverybody }) => isForEverybody),
        'allows something to the principal "*"',
      ),
  },
  "policy-one-account": {
    threats: ["P2"],
    scannerIds: ["CKV_AWS_385"],
    resourceTypes: RESOURCE_POLICY_TYPES,
    promise: "No policy lets another account in.",
    why: "What that account lets its people do is not ours to see.",
    check: (resource, stack) => {
      const accounts = stack.list("provider").flatMap(({ body }) => textsOf(body.allowed_account_ids));
      return listAllowed(resource)
        .flatMap(({ identities }) => identities)
        .filter((identity) => !accounts.some((account) => identity.includes(account)))
        .map((identity) => `lets "${identity}" in`);
    },
  },
  "policy-no-lockout": {
    threats: [],
    scannerIds: ["CKV_AWS_93"],
    resourceTypes: RESOURCE_POLICY_TYPES,
    promise: "Nothing is refused to everybody without a condition.",
    why: "Only the account's root user could mend it.",
    check: (resource) =>
      unless(
        !(findStatements(resource) ?? []).some(
          ({ isAllow, isForEverybody, conditions }) =>
            !isAllow && isForEverybody && Object.keys(conditions).length === 0,
        ),
        "refuses something to everybody, its owners included",
      ),
  },
  "policy-tls-only": {
    threats: ["P3"],
    scannerIds: ["CKV_AWS_379"],
    resourceTypes: Object.keys(TLS_ONLY),
    promise: "Buckets, queues and topics refuse every call that does not come over TLS.",
    why: "Files and messages would cross the network readable.",
    check: (resource, stack) => {
      const [type, attribute] = TLS_ONLY[resource.type as keyof typeof TLS_ONLY];
      const isRefused = stack
        .listAttached(resource, type, attribute)
        .flatMap((policy) => findStatements(policy) ?? [])
        .some(
          ({ isAllow, isForEverybody, actions, resources, conditions }) =>
            !isAllow &&
            isForEverybody &&
            // SNS takes no wildcard here: a topic has this one way in.
            actions.some((action) => action.endsWith("*") || action === "sns:Publish") &&
            refersTo(resources, resource) &&
            conditions["aws:SecureTransport"]?.includes("false"),
        );
      return unless(isRefused, "has no policy that refuses plain HTTP");
    },
  },
  "policy-no-users": {
    threats: ["P5"],
    scannerIds: ["CKV_AWS_40", "CKV_AWS_273", "AWS-0143"],
    resourceTypes: ["aws_iam_user", "aws_iam_user_policy", "aws_iam_user_policy_attachment", "aws_iam_access_key"],
    promise: "No stack makes users or keys.",
    why: "A key lives until somebody finds it, and Terraform keeps it in the state.",
    check: () => ["is a person's or a long-lived identity; use a role"],
  },
} as const satisfies Record<string, Rule>;
