import * as z from "zod";
import { checkActions } from "./known-actions.ts";
import type { PolicyDocument } from "./policy.ts";
import { checkPolicyKind, type PolicyKind, parsePolicy } from "./policy-document.ts";

/**
 * An attribute that holds a policy as JSON: checked whole, against the evaluator and against AWS's list of actions, and
 * handed on as a document. References to other resources may still stand in it.
 */
export function policyText(kind: PolicyKind): z.ZodType<PolicyDocument, string> {
  return z.string().transform(async (text, context): Promise<PolicyDocument> => {
    const json = parseJson(text);
    // Not JSON yet where the whole text is a reference.
    const permanent = json !== undefined;
    const parsed = parsePolicy(json);
    const problems = parsed.problems ?? [
      ...checkPolicyKind(kind, parsed.statements),
      ...(await checkActions(parsed.statements.flatMap(({ actions }) => actions.patterns))),
    ];
    for (const problem of problems) context.addIssue({ code: "custom", message: problem, params: { permanent } });
    return problems.length > 0 ? z.NEVER : (json as PolicyDocument);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
