import type { Construct } from "constructs";
import { ConfigurationError } from "./errors.ts";

/** One line of a construct's table of rules. `problem` says what was wrong and what was expected, values included. */
export interface Rule<Props> {
  readonly holds: (props: Props) => boolean;
  readonly problem: (props: Props) => string;
}

/** Checks every rule and throws one ConfigurationError that names all that do not hold, with the construct's path. */
export function validateProps<Props>(construct: Construct, props: Props, rules: readonly Rule<Props>[]): void {
  const problems = rules
    .filter((rule) => !rule.holds(props))
    .map((rule) => ({ path: construct.node.path, message: rule.problem(props) }));
  if (problems.length > 0) throw new ConfigurationError("This construct cannot be made:", problems);
}

/** A whole number from `minimum` to `maximum`, both included. */
export function isWholeBetween(value: number, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}
