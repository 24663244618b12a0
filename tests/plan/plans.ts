import { type Finding, plainText } from "../../plan/model/finding.ts";
import { readSources, type Sources } from "../../plan/model/source.ts";
import { parsePlan } from "../../plan/model/terraform-plan.ts";
import { createReview, type StackReview } from "../../plan/review.ts";

/** A resource's change, as short as a test can say it; the rest is what Terraform writes. */
export interface Planned {
  readonly address: string;
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly [more: string]: unknown;
}

/** Plan JSON of version 1.2 by hand, for what a real plan would take seconds to say. */
export function planJson(resources: readonly Planned[], more: Readonly<Record<string, unknown>> = {}): string {
  const changes = resources.map(({ address, actions, before = null, after = null, ...rest }) => {
    const { previous_address, deposed, action_reason, ...change } = rest;
    const [type, name] = address.split(".");
    const about = { address, type, name, mode: "managed", previous_address, deposed, action_reason };
    return { ...about, change: { actions, before, after, ...change } };
  });
  return JSON.stringify({ format_version: "1.2", terraform_version: "1.11.4", resource_changes: changes, ...more });
}

export const STACK = "darkroom-dev-media";

export function review(
  resources: readonly Planned[],
  more: Readonly<Record<string, unknown>> = {},
  { sources = new Map(), allowedDestroys = [] }: { sources?: Sources; allowedDestroys?: readonly string[] } = {},
): StackReview {
  return createReview(parsePlan(planJson(resources, more)), { stack: STACK, sources, allowedDestroys });
}

/** `permissions aws_iam_role_policy.resize allows …` */
export function told({ findings }: StackReview): string[] {
  return findings.map(tell);
}

function tell({ category, change, sentence }: Finding): string {
  return [category, change?.address, plainText(sentence)].filter(Boolean).join(" ");
}

export function sourcesOf(
  address: string,
  path: string,
  lines: readonly string[],
  statements: Readonly<Record<string, string>> = {},
): Sources {
  const [type = "", name = ""] = address.split(".");
  const note = { metadata: { path }, source: lines, statements };
  return readSources(JSON.stringify({ resource: { [type]: { [name]: { "//": note } } } }));
}

export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
