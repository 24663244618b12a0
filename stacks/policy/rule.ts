import type { PolicyStack, Resource } from "./policy-stack.ts";

/**
 * One promise that every stack keeps, read from what Terraform would read. A rule is a value in a record, keyed by its id;
 * what it says of itself is what docs/policy-rules.md says.
 */
export interface Rule {
  /** Rows of docs/threats.md that it holds up: `P3`. */
  readonly threats: readonly ThreatId[];
  /** Checks of public scanners that it stands for: `CKV_AWS_…`, `CKV2_AWS_…` (checkov), `AWS-…` (trivy). */
  readonly scannerIds: readonly string[];
  /** Terraform types that it looks at; besides, `provider`, `output`, `backend`, and `*` for everything. */
  readonly resourceTypes: readonly string[];
  /** What holds, as a sentence. */
  readonly promise: string;
  /** What would happen otherwise. */
  readonly why: string;
  /** What is wrong with a resource, one sentence part per finding: `has no versioning`. */
  readonly check: (resource: Resource, stack: PolicyStack) => readonly string[];
}

/** The rows of docs/threats.md that a synthesized stack can show; what they say stands there. */
export const THREAT_IDS = [
  "A5",
  "A6",
  "A10",
  "E6",
  "E7",
  "E8",
  "E9",
  "P1",
  "P2",
  "P3",
  "P4",
  "P5",
  "P6",
  "U5",
] as const;

export type ThreatId = (typeof THREAT_IDS)[number];

/** A finding where a condition does not hold. */
export function unless(condition: boolean, problem: string): readonly string[] {
  return condition ? [] : [problem];
}
