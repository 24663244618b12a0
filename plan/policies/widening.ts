import { parseConditionOperator } from "../../contracts/iam/condition-operator.ts";
import { coversPattern, overlapPatterns } from "../../contracts/iam/pattern.ts";
import type { PolicyAxis as Axis, PolicyCondition as Condition } from "../../contracts/iam/policy-document.ts";
import type { Statement } from "./statement.ts";

/** Something that is allowed from now on and was not before, or is no longer denied. */
export interface Widening {
  /** `allow`: a statement allows more. `deny`: what denied it is gone or narrower. */
  readonly by: "allow" | "deny";
  /** The statement that allows it, or that denied it, with only what is new or lost on each axis. */
  readonly statement: Statement;
  /** `new action`, `weaker condition`, `new statement` … */
  readonly reasons: readonly string[];
}

const AXES = ["principals", "actions", "resources"] as const;
type AxisName = (typeof AXES)[number];

const REASONS: Readonly<Record<AxisName, string>> = {
  principals: "new principal",
  actions: "new action",
  resources: "new resource",
};

interface Matcher {
  readonly covers: (outer: string, inner: string) => boolean;
  readonly overlaps: (a: string, b: string) => boolean;
}

const patternMatcher: Matcher = { covers: coversPattern, overlaps: overlapPatterns };
const MATCHERS: Readonly<Record<AxisName, Matcher>> = {
  // Principals know no patterns but the one for everyone.
  principals: {
    covers: (outer, inner) => outer === "*" || outer === inner,
    overlaps: (a, b) => a === "*" || b === "*" || a === b,
  },
  // IAM does not tell `s3:GetObject` from `s3:getobject`.
  actions: {
    covers: (outer, inner) => coversPattern(outer.toLowerCase(), inner.toLowerCase()),
    overlaps: (a, b) => overlapPatterns(a.toLowerCase(), b.toLowerCase()),
  },
  resources: patternMatcher,
};

/**
 * Compares what policies allow, not how they are written: order, grouping, a list or one text, and a wildcard that covers
 * the rest make no difference. Where it cannot be sure that something was allowed before, it says that it is new.
 */
export function listWidenings(before: readonly Statement[], after: readonly Statement[]): Widening[] {
  const [allowed, allows] = [before, after].map((list) => list.filter(({ effect }) => effect === "Allow"));
  const [denied, denies] = [before, after].map((list) => list.filter(({ effect }) => effect === "Deny"));
  return [
    ...(allows ?? []).flatMap((statement) => findUncovered("allow", statement, allowed ?? [])),
    ...(denied ?? []).flatMap((statement) => findUncovered("deny", statement, denies ?? [])),
  ];
}

/** What of a statement no other covers, cell by cell: one principal, one action, one resource. */
function findUncovered(by: Widening["by"], statement: Statement, others: readonly Statement[]): Widening[] {
  const cells = listCells(statement).filter((cell) => !others.some((other) => coversCell(other, cell)));
  return AXES.reduce(mergeOn, cells).map((rest) => ({
    by,
    statement: rest,
    reasons: by === "allow" ? listReasons(rest, others) : ["denied less"],
  }));
}

/** Cells that differ on one axis alone say the same of all that stands there: fewer sentences, and each still exact. */
function mergeOn(cells: readonly Statement[], axis: AxisName): Statement[] {
  const groups = new Map<string, Statement[]>();
  for (const cell of cells) {
    const key = JSON.stringify([cell[axis].isExcept, ...AXES.filter((it) => it !== axis).map((it) => cell[it])]);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, [axis]: joinAxis(group.map((cell) => cell[axis])) }] : [];
  });
}

function listCells(statement: Statement): Statement[] {
  return AXES.reduce<Statement[]>(
    (cells, axis) => cells.flatMap((cell) => splitAxis(cell[axis]).map((part) => ({ ...cell, [axis]: part }))),
    [statement],
  );
}

function splitAxis(axis: Axis): Axis[] {
  return axis.isExcept ? [axis] : axis.patterns.map((pattern) => ({ isExcept: false, patterns: [pattern] }));
}

function joinAxis(parts: readonly Axis[]): Axis {
  return {
    isExcept: parts.some(({ isExcept }) => isExcept),
    patterns: [...new Set(parts.flatMap(({ patterns }) => patterns))],
  };
}

function coversCell(outer: Statement, cell: Statement): boolean {
  return AXES.every((axis) => coversAxis(axis, outer[axis], cell[axis])) && implies(cell.conditions, outer.conditions);
}

function coversAxis(name: AxisName, outer: Axis, inner: Axis): boolean {
  const { covers, overlaps } = MATCHERS[name];
  if (!outer.isExcept && !inner.isExcept)
    return inner.patterns.every((it) => outer.patterns.some((pattern) => covers(pattern, it)));
  if (!outer.isExcept) return outer.patterns.includes("*");
  if (!inner.isExcept) return inner.patterns.every((it) => !outer.patterns.some((pattern) => overlaps(pattern, it)));
  return outer.patterns.every((it) => inner.patterns.some((pattern) => covers(pattern, it)));
}

/** Whether a request that meets the first conditions always meets the second. */
function implies(strict: readonly Condition[], lax: readonly Condition[]): boolean {
  return lax.every((wanted) => strict.some((given) => impliesOne(given, wanted)));
}

const PATTERN_OF: Readonly<Record<string, string>> = {
  StringEquals: "StringLike",
  ArnEquals: "ArnLike",
};

function impliesOne(strict: Condition, lax: Condition): boolean {
  if (strict.key.toLowerCase() !== lax.key.toLowerCase()) return false;
  const [given, wanted] = [strict.operator, lax.operator];
  // What must be there and match does match if it is there.
  const isSame = given === wanted || `${given}IfExists` === wanted;
  const isLike = PATTERN_OF[given] === wanted;
  if (!isSame && !isLike) return false;
  const operator = parseConditionOperator(given);
  if (!operator || operator.isNegated || operator.base === "Null")
    return isSame && lax.values.every((value) => strict.values.includes(value));
  if (operator.quantifier) return strict.values.every((value) => lax.values.includes(value));
  const takesPatterns = /Like|^Arn/.test(wanted);
  return strict.values.every((value) =>
    lax.values.some((pattern) => pattern === value || (takesPatterns && coversPattern(pattern, value))),
  );
}

/** Against the statement of the same name; where statements have none, against the one that differs least. */
function listReasons(statement: Statement, others: readonly Statement[]): string[] {
  const candidates = others
    .filter(({ sid }) => sid === statement.sid)
    .map((other) => listGaps(other, statement))
    .sort((a, b) => a.length - b.length);
  const [closest] = candidates;
  const isFound = closest !== undefined && (statement.sid !== undefined || closest.length === 1);
  return isFound ? closest : ["new statement"];
}

function listGaps(outer: Statement, inner: Statement): string[] {
  const gaps = AXES.filter((axis) => !coversAxis(axis, outer[axis], inner[axis])).map((axis) => REASONS[axis]);
  return implies(inner.conditions, outer.conditions) ? gaps : [...gaps, "weaker condition"];
}
