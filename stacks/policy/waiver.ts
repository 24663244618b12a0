import type { RuleId } from "./rules/index.ts";

/**
 * Where a stack deliberately differs from a rule. Each entry fails on its day, and when it excuses nothing any more.
 * To renew one: read its reason again, and if it still holds, write today into `since` and a day within a year into `until`.
 */
export interface Waiver {
  readonly rule: RuleId;
  /** Addresses: `aws_s3_bucket.site`; `aws_sqs_queue.*` is every resource of the type. */
  readonly resources: readonly string[];
  /** Names of stacks. @default all, which only a waiver of the whole account may be */
  readonly stacks?: readonly string[];
  /** Why it is right to differ, and what holds instead. */
  readonly reason: string;
  /** The day on which it was last thought about, as 2026-11-21. */
  readonly since: string;
  /** The first day on which it no longer holds; within a year of `since`. */
  readonly until: string;
  /**
   * The field of environments.ts that decides whether there is anything to excuse. Such a waiver may excuse nothing: whoever
   * changes a setting need not change this file. @default it has to earn its place
   */
  readonly setting?: string;
}

export const THIS_YEAR = { since: "2026-11-21", until: "2027-11-15" } as const;
/** What is more than a matter of taste is looked at twice a year. */
export const HALF_YEAR = { since: "2026-11-21", until: "2027-05-15" } as const;

export const NO_CUSTOMER_KEYS =
  "AWS's own keys encrypt it at rest. A key of ours costs a dollar a month and a fee per request, and gives more control only if other people administer it than the account. Asked for by a customer or an auditor, it is one construct.";
