import type { ResourceChange } from "../model/change.ts";
import { type Finding, type Sentence, say } from "../model/finding.ts";
import { equalValues, isValueList, isValueObject, type Value, valueAt, Withheld } from "../model/value.ts";
import { listHeaders } from "./headers.ts";
import { isGoneToo } from "./together.ts";

/** One attribute, and when a value of it must be seen. */
interface Setting {
  readonly type: string | RegExp;
  /** `"*"` stands for each item of a list. */
  readonly path: readonly string[];
  readonly category: "exposure" | "protection";
  /** Whether the new value is worse than the old one. Undefined: there is none, or the resource is gone. */
  readonly isWorse: (before: Value | undefined, after: Value | undefined) => boolean;
  readonly words: string;
  /** Whether it also counts where the resource itself is taken away. @default false */
  readonly andWhenGone?: boolean;
}

const isNoLonger = (good: Value) => (before: Value | undefined, after: Value | undefined) => {
  return !equalValues(after, good) && (equalValues(before, good) || before === undefined);
};
const becomes = (bad: Value) => (before: Value | undefined, after: Value | undefined) => {
  return equalValues(after, bad) && !equalValues(before, bad);
};
const isShorter = (before: Value | undefined, after: Value | undefined) => {
  return (
    typeof after === "number" && after > 0 && (typeof before === "number" ? before === 0 || after < before : false)
  );
};
/** Nothing at all bounds nothing. */
const isHigher = (before: Value | undefined, after: Value | undefined) => {
  const [old, now] = [before, after].map((value) => (value === null || value === "" ? Number.NaN : Number(value)));
  return Number(old) > 0 && !(Number(now) <= Number(old));
};
const isLower = (before: Value | undefined, after: Value | undefined) => isShorter(Number(before), Number(after));
const isTakenAway = (before: Value | undefined, after: Value | undefined) => {
  const isSet = (value: Value | undefined) => (isValueList(value) ? value.length > 0 : Boolean(value));
  return isSet(before) && !isSet(after);
};
/** `TLSv1.2_2021` → 2 */
const isOlderTls = (before: Value | undefined, after: Value | undefined) => {
  const [old, now] = [before, after].map((value) => Number(/^TLSv1\.(\d)/.exec(String(value))?.[1] ?? 0));
  return Number(now) < Number(old);
};
const isAnywhere = (before: Value | undefined, after: Value | undefined) => {
  const open = (value: Value | undefined) => /"(0\.0\.0\.0|::)\/0"/.test(JSON.stringify(value ?? null));
  return open(after) && !open(before);
};

const PUBLIC_ACCESS_FLAGS = [
  "block_public_acls",
  "block_public_policy",
  "ignore_public_acls",
  "restrict_public_buckets",
];

const SETTINGS: readonly Setting[] = [
  ...PUBLIC_ACCESS_FLAGS.map(
    (flag): Setting => ({
      type: "aws_s3_bucket_public_access_block",
      path: [flag],
      category: "exposure",
      isWorse: isNoLonger(true),
      words: "**public access is no longer blocked**",
      andWhenGone: true,
    }),
  ),
  {
    type: "aws_s3_bucket_ownership_controls",
    path: ["rule", "*", "object_ownership"],
    category: "exposure",
    isWorse: isNoLonger("BucketOwnerEnforced"),
    words: "ACLs can open objects again",
    andWhenGone: true,
  },
  {
    type: /^aws_s3_(bucket_acl|object|bucket)$/,
    path: ["acl"],
    category: "exposure",
    isWorse: (before, after) => typeof after === "string" && after.startsWith("public") && !equalValues(before, after),
    words: "**everyone may read it**",
  },
  {
    type: "aws_lambda_function_url",
    path: ["authorization_type"],
    category: "exposure",
    isWorse: becomes("NONE"),
    words: "**everyone may call the function by its address**",
  },
  {
    type: "aws_apigatewayv2_route",
    path: ["authorization_type"],
    category: "exposure",
    isWorse: becomes("NONE"),
    words: "everyone may call this route",
  },
  {
    type: "aws_cloudfront_distribution",
    path: ["default_cache_behavior", "*", "viewer_protocol_policy"],
    category: "exposure",
    isWorse: becomes("allow-all"),
    words: "plain http is served",
  },
  {
    type: "aws_cloudfront_distribution",
    path: ["default_cache_behavior", "*", "response_headers_policy_id"],
    category: "protection",
    isWorse: (before, after) => Boolean(before) && !after,
    words: "no security headers are sent",
  },
  {
    type: "aws_cloudfront_distribution",
    path: ["origin", "*", "origin_access_control_id"],
    category: "exposure",
    isWorse: (before, after) => Boolean(before) && !after,
    words: "the origin is no longer reached with a signature",
  },
  {
    type: /^aws_/,
    path: ["publicly_accessible"],
    category: "exposure",
    isWorse: becomes(true),
    words: "**reachable from the internet**",
  },
  {
    type: "aws_security_group",
    path: ["ingress"],
    category: "exposure",
    isWorse: isAnywhere,
    words: "**open to every address**",
  },
  {
    type: "aws_vpc_security_group_ingress_rule",
    path: ["cidr_ipv4"],
    category: "exposure",
    isWorse: becomes("0.0.0.0/0"),
    words: "**open to every address**",
  },
  {
    type: "aws_s3_bucket_versioning",
    path: ["versioning_configuration", "*", "status"],
    category: "protection",
    isWorse: (before, after) => equalValues(before, "Enabled") && !equalValues(after, "Enabled"),
    words: "what is overwritten or deleted is gone",
    andWhenGone: true,
  },
  {
    type: "aws_s3_bucket_server_side_encryption_configuration",
    path: ["rule"],
    category: "protection",
    isWorse: () => false,
    words: "encryption is no longer set",
    andWhenGone: true,
  },
  {
    type: "aws_s3_bucket",
    path: ["force_destroy"],
    category: "protection",
    isWorse: becomes(true),
    words: "it can be destroyed while it holds objects",
  },
  {
    type: "aws_s3_bucket_lifecycle_configuration",
    path: ["rule", "*", "expiration", "*", "days"],
    category: "protection",
    isWorse: (before, after) => typeof after === "number" && after > 0 && (!before || isShorter(before, after)),
    words: "objects are deleted sooner",
  },
  {
    type: "aws_s3_bucket_lifecycle_configuration",
    path: ["rule", "*", "noncurrent_version_expiration", "*", "noncurrent_days"],
    category: "protection",
    isWorse: (before, after) => typeof after === "number" && after > 0 && (!before || isShorter(before, after)),
    words: "replaced versions are deleted sooner",
  },
  {
    type: "aws_dynamodb_table",
    path: ["deletion_protection_enabled"],
    category: "protection",
    isWorse: (before, after) => equalValues(before, true) && !equalValues(after, true),
    words: "deletion protection is off",
  },
  {
    type: "aws_dynamodb_table",
    path: ["point_in_time_recovery", "*", "enabled"],
    category: "protection",
    isWorse: (before, after) => equalValues(before, true) && !equalValues(after, true),
    words: "it can no longer be restored to an earlier moment",
  },
  {
    type: "aws_dynamodb_table",
    path: ["ttl", "*", "enabled"],
    category: "protection",
    isWorse: (before, after) => equalValues(after, true) && !equalValues(before, true) && before !== undefined,
    words: "items expire from now on",
  },
  {
    type: "aws_cloudwatch_log_group",
    path: ["retention_in_days"],
    category: "protection",
    isWorse: isShorter,
    words: "log lines are deleted sooner",
  },
  {
    type: "aws_sqs_queue",
    path: ["message_retention_seconds"],
    category: "protection",
    isWorse: isShorter,
    words: "messages are dropped sooner",
  },
  {
    type: "aws_sqs_queue",
    path: ["redrive_policy"],
    category: "protection",
    isWorse: isTakenAway,
    words: "a message that always fails is tried until it is too old, and then lost",
  },
  {
    type: "aws_sqs_queue",
    path: ["sqs_managed_sse_enabled"],
    category: "protection",
    isWorse: (before, after) => equalValues(before, true) && !equalValues(after, true),
    words: "messages are no longer encrypted by SQS's own key",
  },
  {
    type: "aws_lambda_function",
    path: ["environment", "*", "variables", "JOB_RETENTION_DAYS"],
    category: "protection",
    isWorse: isLower,
    words: "records of new jobs are forgotten sooner",
  },
  ...["throttling_rate_limit", "throttling_burst_limit"].map(
    (limit): Setting => ({
      type: "aws_apigatewayv2_stage",
      path: ["default_route_settings", "*", limit],
      category: "protection",
      isWorse: isHigher,
      words: "more requests are let in",
    }),
  ),
  {
    type: "aws_apigatewayv2_stage",
    path: ["access_log_settings"],
    category: "protection",
    isWorse: isTakenAway,
    words: "requests are no longer logged",
  },
  {
    type: "aws_cloudfront_distribution",
    path: ["viewer_certificate", "*", "minimum_protocol_version"],
    category: "protection",
    isWorse: isOlderTls,
    words: "older TLS is spoken",
  },
  {
    type: "aws_cloudwatch_metric_alarm",
    path: ["threshold"],
    category: "protection",
    isWorse: isHigher,
    words: "the alarm goes off later",
  },
  {
    type: "aws_cloudwatch_metric_alarm",
    path: ["alarm_actions"],
    category: "protection",
    isWorse: isTakenAway,
    words: "the alarm tells nobody",
  },
  {
    type: "aws_cloudwatch_metric_alarm",
    path: ["actions_enabled"],
    category: "protection",
    isWorse: (before, after) => equalValues(after, false) && !equalValues(before, false),
    words: "the alarm tells nobody",
  },
  {
    type: "aws_cloudwatch_metric_alarm",
    path: ["treat_missing_data"],
    category: "protection",
    isWorse: (before, after) => equalValues(before, "breaching") && !equalValues(after, "breaching"),
    words: "silence no longer sets the alarm off",
  },
  {
    type: "aws_budgets_budget",
    path: ["limit_amount"],
    category: "protection",
    isWorse: isHigher,
    words: "the budget warns later",
  },
];

/** What becomes reachable that was not, and what becomes easier to lose. */
export function listSettings(changes: readonly ResourceChange[]): Finding[] {
  return [...listOne(changes), ...listHeaders(changes)];
}

function listOne(changes: readonly ResourceChange[]): Finding[] {
  return changes
    .filter(({ kind }) => kind === "add" || kind === "change" || kind === "replace" || kind === "destroy")
    .flatMap((change) =>
      SETTINGS.filter(({ type }) => (typeof type === "string" ? type === change.type : type.test(change.type))).flatMap(
        (setting) => (change.kind === "destroy" ? findWhenGone(setting, change, changes) : findWorse(setting, change)),
      ),
    );
}

function findWhenGone(setting: Setting, change: ResourceChange, changes: readonly ResourceChange[]): Finding[] {
  if (!setting.andWhenGone || isGoneToo(change, changes)) return [];
  const { category, path, words } = setting;
  return [{ category, change, sentence: [...say`takes ${describePath(path)} away: `, `${words}.`] }];
}

function findWorse({ category, path, words, isWorse }: Setting, change: ResourceChange): Finding[] {
  const isNew = change.kind === "add";
  // What is new has lost nothing yet.
  if (isNew && category === "protection") return [];
  return pairValues(isNew ? undefined : change.before, change.after, path).flatMap(([before, after]) => {
    if (after instanceof Withheld || !isWorse(before, after)) return [];
    const values: Sentence = isNew ? say`${after}` : say`${before ?? null} → ${after ?? null}`;
    return [{ category, change, sentence: [...say`${describePath(path)}: `, ...values, `: ${words}.`] }];
  });
}

/** Items of two lists are told apart by their id where they have one, else by their place. */
function pairValues(
  before: Value | undefined,
  after: Value | undefined,
  path: readonly string[],
): (readonly [Value | undefined, Value | undefined])[] {
  const [step, ...rest] = path;
  if (step === undefined) return [[before, after]];
  if (step !== "*") return pairValues(valueAt(before, step), valueAt(after, step), rest);
  const [old, now] = [isValueList(before) ? before : [], isValueList(after) ? after : []];
  const keys = [...new Set([...old.map(keyOf), ...now.map(keyOf)])];
  return keys.flatMap((key) =>
    pairValues(
      old.find((it, index) => keyOf(it, index) === key),
      now.find((it, index) => keyOf(it, index) === key),
      rest,
    ),
  );
}

function keyOf(item: Value, index: number): string {
  const id = isValueObject(item) ? (item.id ?? item.origin_id) : undefined;
  return typeof id === "string" && id !== "" ? id : `#${index}`;
}

function describePath(path: readonly string[]): string {
  return path.filter((step) => step !== "*").join(".");
}
