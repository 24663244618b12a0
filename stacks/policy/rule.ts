import type { PolicyStack, Resource } from "./policy-stack.ts";

/**
 * One promise that every stack keeps, read from what Terraform would read. A rule is a value in a record, keyed by its id;
 * what it says of itself is what docs/policy-rules.md says.
 */
export interface Rule {
  /** Rows of the threat model in docs/policy-rules.md that it holds up: `P3`. */
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

/** The rows of the threat model that a synthesized stack can show. */
export const THREATS = {
  A5: "Cross-origin access is given to exact origins, by one list",
  A6: "The CDN keeps answers by path alone, errors briefly, and sends what makes a browser careful",
  A10: "Logs hold no signed address, no token and nothing that a person typed",
  E6: "Of a batch, only what failed comes back",
  E7: "A message that cannot be processed is kept and told of",
  E8: "A message does not reappear while it is worked on",
  E9: "No event can feed itself",
  P1: "Least privilege: a role per function, no wildcard but on a written list",
  P2: "Confused deputy: a service acts for one resource of this account",
  P3: "Buckets are private, encrypted, TLS only, their owner's, and forget in time",
  P4: "What is kept can be restored, and every log ends",
  P5: "No secret stands in code, outputs or state",
  P6: "What holds people's data is not destroyed by a refactoring",
  U5: "Nobody's abuse takes the place of the others",
} as const;

export type ThreatId = keyof typeof THREATS;

/** A finding where a condition does not hold. */
export function unless(condition: boolean, problem: string): readonly string[] {
  return condition ? [] : [problem];
}
