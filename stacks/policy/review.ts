import type { Problem } from "../support/errors.ts";
import type { PolicyStack } from "./policy-stack.ts";
import { getRule, RULE_IDS, type RuleId } from "./rules/index.ts";
import type { Waiver } from "./waiver.ts";

/** One resource that breaks one rule. */
export interface Finding {
  readonly stack: string;
  readonly address: string;
  readonly rule: RuleId;
  /** `is not versioned` */
  readonly problem: string;
}

export interface Review {
  /** What breaks a rule and is excused by nothing. */
  readonly violations: readonly Problem[];
  /** Waivers past their day. They still excuse: a finding is named once, by the waiver that has to be renewed. */
  readonly expired: readonly Problem[];
  /** Waivers, or resources in one, that excuse nothing. Tells the truth only of a review of all stacks. */
  readonly unused: readonly Problem[];
}

const DAY_MS = 86_400_000;
const MAX_WAIVER_DAYS = 366;

/** Everything in a stack that breaks a rule, excused or not. */
export function listFindings(stack: PolicyStack): readonly Finding[] {
  return RULE_IDS.flatMap((rule) => {
    const { resourceTypes, check } = getRule(rule);
    return stack.resources
      .filter(({ type }) => resourceTypes.includes("*") || resourceTypes.includes(type))
      .flatMap((resource) =>
        check(resource, stack).map((problem) => ({ stack: stack.name, address: resource.address, rule, problem })),
      );
  });
}

/** Holds stacks against the rules and the waivers. `today` as 2026-11-21. */
export function reviewStacks(stacks: readonly PolicyStack[], waivers: readonly Waiver[], today: string): Review {
  const findings = stacks.flatMap(listFindings);
  const used = waivers.filter((waiver) => findings.some((finding) => isExcused(finding, waiver)));
  return {
    violations: findings.filter((it) => !waivers.some((waiver) => isExcused(it, waiver))).map(toProblem),
    expired: used
      .filter(({ until }) => until <= today)
      .map((waiver) => ({
        path: nameOf(waiver),
        message: `expired on ${waiver.until}; mend the resource, or renew the waiver if its reason still holds`,
      })),
    unused: waivers.flatMap((waiver) =>
      (waiver.setting === undefined ? listUnused(waiver, findings, stacks) : []).map((target) => ({
        path: nameOf(waiver),
        message: `excuses nothing at ${target}; delete it`,
      })),
    ),
  };
}

/** What is wrong with the waivers themselves. */
export function listWaiverProblems(waivers: readonly Waiver[]): readonly Problem[] {
  return waivers.flatMap((waiver) => {
    const days = (Date.parse(waiver.until) - Date.parse(waiver.since)) / DAY_MS;
    const problems = [
      days > 0 && days <= MAX_WAIVER_DAYS ? [] : [`lasts from ${waiver.since} to ${waiver.until}; a year at most`],
      waiver.reason.length >= 40 ? [] : [`gives the reason "${waiver.reason}"; say why, and what holds instead`],
      waiver.resources.length > 0 ? [] : ["names no resource"],
    ];
    return problems.flat().map((message) => ({ path: nameOf(waiver), message }));
  });
}

function isExcused(finding: Finding, waiver: Waiver): boolean {
  return (
    waiver.rule === finding.rule &&
    (waiver.stacks?.includes(finding.stack) ?? true) &&
    waiver.resources.some((pattern) => isNamed(finding.address, pattern))
  );
}

function isNamed(address: string, pattern: string): boolean {
  return pattern.endsWith(".*") ? address.startsWith(pattern.slice(0, -1)) : address === pattern;
}

/** Each resource, in each stack of those that are there, has to earn its place. */
function listUnused(waiver: Waiver, findings: readonly Finding[], stacks: readonly PolicyStack[]): readonly string[] {
  const present = waiver.stacks?.filter((name) => stacks.some((stack) => stack.name === name));
  return (present ?? [undefined]).flatMap((stack) =>
    waiver.resources
      .filter(
        (resource) =>
          !findings.some((it) =>
            isExcused(it, { ...waiver, resources: [resource], stacks: stack ? [stack] : undefined }),
          ),
      )
      .map((resource) => (stack ? `${resource} in ${stack}` : resource)),
  );
}

function toProblem({ stack, address, rule, problem }: Finding): Problem {
  const { promise, scannerIds } = getRule(rule);
  return { path: `${stack}, ${address}`, message: `${problem} (${[rule, ...scannerIds].join(", ")}). ${promise}` };
}

function nameOf({ rule, resources }: Waiver): string {
  return `the waiver of ${rule} for ${resources.join(", ")}`;
}
