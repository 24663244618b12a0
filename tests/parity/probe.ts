import type { Target } from "./target.ts";

/** A behaviour of AWS that Darkroom relies on, and a way to ask any endpoint whether it behaves so. */
export interface Probe {
  /** `form-too-large`: unique, and fixed, because committed results go by it. */
  readonly id: string;
  readonly service: "DynamoDB" | "IAM" | "Lambda" | "S3" | "SQS" | "STS";
  /** A sentence that is true of AWS. */
  readonly behaviour: string;
  /** The page of AWS's documentation that says so. */
  readonly source: string;
  /** It asks many times at once: what is wrong there may be right by luck, so one run of another's service proves nothing. */
  readonly isRace?: boolean;
  run(target: Target): Promise<Finding>;
}

/** What a target showed. Sentences hold no ids, addresses, dates or measured times: two runs say the same. */
export type Finding =
  | { readonly holds: true }
  /** What happened instead. */
  | { readonly holds: false; readonly saw: string }
  /** The target has nothing to ask, and why. */
  | { readonly absent: string };

export interface ProbeResult {
  readonly id: string;
  readonly finding: Finding;
}

export const HOLDS: Finding = { holds: true };

/** What a single question was answered with: `accepted`, or `403 AccessDenied`. */
export type Answer = string;

export const ACCEPTED: Answer = "accepted";

/** One question of a probe: what was asked, what came, what AWS answers. */
export type Step = readonly [asked: string, got: string, expected: string];

/** Holds where every question was answered as AWS answers it; else tells of the first that was not. */
export function judge(...steps: readonly Step[]): Finding {
  const different = steps.find(([, got, expected]) => got !== expected);
  if (!different) return HOLDS;
  const [asked, got, expected] = different;
  return { holds: false, saw: `${asked}: ${got}; expected ${expected}.` };
}
