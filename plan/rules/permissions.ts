import type { PolicyAxis, PolicyCondition } from "../../contracts/iam/policy-document.ts";
import type { ResourceChange } from "../model/change.ts";
import { type Finding, type Sentence, say } from "../model/finding.ts";
import { equalValues, isValueList, isValueObject, textsOf, type Value, valueAt, Withheld } from "../model/value.ts";
import { toStatement } from "../policies/permission.ts";
import { parsePolicy, SELF, type Statement } from "../policies/statement.ts";
import { listWidenings, type Widening } from "../policies/widening.ts";
import { isGoneToo } from "./together.ts";

/** Attributes that hold a policy, whatever the type; of the rest of `…_policy`, those count that read as one. */
const POLICY_ATTRIBUTE = /(^|_)policy$/;
/** Not policies of IAM, although they are called so. */
const OTHER_POLICIES = /^(redrive_policy|redrive_allow_policy|lifecycle_policy|acceleration_policy|failover_policy)$/;

/** Every statement that allows more than before, in words; public ones are told apart as exposures. */
export function listPermissions(changes: readonly ResourceChange[]): Finding[] {
  return changes
    .filter(({ kind }) => kind !== "none" && kind !== "read" && kind !== "forget")
    .flatMap((change) => [
      ...listPolicyFindings(change, changes),
      ...listFunctionPermissions(change),
      ...listAttachments(change),
      ...listInline(change),
      ...listBoundaries(change),
    ]);
}

function listPolicyFindings(change: ResourceChange, changes: readonly ResourceChange[]): Finding[] {
  // What denied goes with what it protected.
  if (change.kind === "destroy" && isGoneToo(change, changes)) return [];
  return listPolicyAttributes(change).flatMap((name) => {
    const [before, after] = [valueAt(change.before, name), valueAt(change.after, name)];
    if (equalValues(before, after)) return [];
    const [old, now] = [readStatements(before), readStatements(after)];
    if (!old || !now) return [undecided(change, name, old ? after : before)];
    return listWidenings(old, now).map((widening) => toFinding(change, widening));
  });
}

/** A policy that AWS fills in by itself is no decision of this stack. */
function listPolicyAttributes(change: ResourceChange): string[] {
  const names = [change.before, change.after].flatMap((it) => (isValueObject(it) ? Object.keys(it) : []));
  return [...new Set(names)].filter(
    (name) =>
      POLICY_ATTRIBUTE.test(name) &&
      !OTHER_POLICIES.test(name) &&
      (change.configured?.has(name) ?? true) &&
      [change.before, change.after].some((it) => isPolicyLike(valueAt(it, name))),
  );
}

function isPolicyLike(value: Value | undefined): boolean {
  if (value instanceof Withheld) return true;
  return typeof value === "string" && /^\s*\{/.test(value) && value.includes('"Statement"');
}

function readStatements(value: Value | undefined): readonly Statement[] | undefined {
  if (value === undefined || value === null || value === "") return [];
  return typeof value === "string" ? parsePolicy(value) : undefined;
}

function undecided(change: ResourceChange, name: string, value: Value | undefined): Finding {
  const why = value instanceof Withheld ? value.toString() : "it has parts that this review does not know";
  return {
    category: "permissions",
    change,
    sentence: say`changes ${name}, and **cannot be compared** (${why}): read it in the code.`,
  };
}

function toFinding(change: ResourceChange, widening: Widening): Finding {
  const isPublic = widening.by === "allow" && isEveryone(widening.statement.principals);
  return {
    category: isPublic ? "exposure" : "permissions",
    change,
    sentence: widening.by === "allow" ? describeAllow(widening, isPublic) : describeDeny(widening),
    line: change.source?.statements.get(widening.statement.sid ?? ""),
  };
}

function isEveryone({ isExcept, patterns }: PolicyAxis): boolean {
  return isExcept || patterns.includes("*");
}

function describeAllow({ statement, reasons }: Widening, isPublic: boolean): Sentence {
  const { sid, principals, actions, resources, conditions } = statement;
  return [
    isPublic ? "**allows everyone** " : "allows ",
    ...(isPublic ? [] : describeAxis(principals, "", " to do ")),
    ...describeAxis(actions, ""),
    ...describeAxis(resources, " on "),
    ...describeConditions(conditions),
    ` (${reasons.join(", ")}`,
    ...(sid ? say`; ${sid}` : []),
    ").",
  ];
}

function describeDeny({ statement }: Widening): Sentence {
  const { sid, actions, resources, conditions } = statement;
  return [
    "**no longer denies** ",
    ...describeAxis(actions, ""),
    ...describeAxis(resources, " on "),
    ...describeConditions(conditions),
    ...(sid ? say` (${sid})` : []),
    ".",
  ];
}

function describeAxis({ isExcept, patterns }: PolicyAxis, before: string, after = ""): Sentence {
  if (patterns.length === 1 && patterns[0] === SELF) return [];
  return [before, isExcept ? "all but " : "", ...say`${patterns}`, after];
}

function describeConditions(conditions: readonly PolicyCondition[]): Sentence {
  return conditions.flatMap(({ operator, key, values }, index) => [
    index === 0 ? " when " : " and ",
    ...say`${`${operator} ${key}`} is ${values}`,
  ]);
}

function listFunctionPermissions(change: ResourceChange): Finding[] {
  if (change.type !== "aws_lambda_permission" || change.after === null) return [];
  const before = change.before === null ? [] : [toStatement(change.before)];
  const after = toStatement(change.after);
  return listWidenings(before, [after]).map((widening) => {
    const finding = toFinding(change, widening);
    const isService = after.principals.patterns.some((it) => it.startsWith("Service:"));
    const isOpen = isService && !after.conditions.some(({ key }) => /^aws:Source(Arn|Account)$/.test(key));
    const warning: Sentence = isOpen
      ? [" **From any account**: it has neither `source_arn` nor `source_account`."]
      : [];
    return { ...finding, sentence: [...finding.sentence, ...warning] };
  });
}

/** Policies that live elsewhere: what they allow is not in the plan, so their names are shown. */
function listAttachments(change: ResourceChange): Finding[] {
  const isAttachment = /^aws_iam_(role|user|group)?_?policy_attachment$/.test(change.type);
  const name = isAttachment ? "policy_arn" : "managed_policy_arns";
  if (!isAttachment && !(change.configured?.has(name) ?? change.type === "aws_iam_role")) return [];
  const before = new Set(textsOf(valueAt(change.before, name)));
  const added = textsOf(valueAt(change.after, name)).filter((arn) => !before.has(arn));
  if (added.length === 0) return [];
  const rest = `, and everything that ${added.length === 1 ? "it allows" : "they allow"}.`;
  return [{ category: "permissions", change, sentence: [...say`attaches ${added}`, rest] }];
}

function listInline(change: ResourceChange): Finding[] {
  if (!change.configured?.has("inline_policy")) return [];
  const [before, after] = [change.before, change.after].map((it) => {
    const list = valueAt(it, "inline_policy");
    return isValueList(list) ? list.flatMap((item) => readStatements(valueAt(item, "policy")) ?? []) : [];
  });
  return listWidenings(before ?? [], after ?? []).map((widening) => toFinding(change, widening));
}

function listBoundaries(change: ResourceChange): Finding[] {
  const [before, after] = [change.before, change.after].map((it) => valueAt(it, "permissions_boundary") ?? null);
  if (!before || equalValues(before, after ?? null) || change.kind === "destroy") return [];
  return [{ category: "permissions", change, sentence: say`has another permissions boundary: ${before} → ${after}.` }];
}
