import { ConfigurationError } from "../support/errors.ts";
import { type Body, PolicyStack } from "./policy-stack.ts";
import { reviewStacks } from "./review.ts";
import type { Waiver } from "./waiver.ts";
import { STATE_BACKEND_WAIVERS } from "./waivers.ts";

/**
 * Holds the stack that keeps Terraform's states against the rules. It knows nothing of this project, so `npm run bootstrap`
 * hands this in. `document` is what would stand in cdk.tf.json. Throws ConfigurationError, with everything that was found.
 */
export function requireStateBackendPolicies(
  document: Body,
  waivers: readonly Waiver[] = STATE_BACKEND_WAIVERS,
  today = new Date(),
): void {
  const { violations, expired } = reviewStacks([new PolicyStack(document)], waivers, today.toISOString().slice(0, 10));
  const problems = [...violations, ...expired];
  if (problems.length === 0) return;
  throw new ConfigurationError(
    "The state backend breaks policy rules (docs/policy-rules.md). Mend it, or excuse it in stacks/policy/waivers.ts with a reason and a day:",
    problems,
  );
}
