import type { PolicyCondition } from "../../contracts/iam/policy-document.ts";
import { type Value, valueAt, Withheld } from "../model/value.ts";
import { SELF, type Statement } from "./statement.ts";

/** An `aws_lambda_permission` as the statement that it adds to its function's policy. */
export function toStatement(permission: Value): Statement {
  const principal = textAt(permission, "principal") ?? "*";
  const isService = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(principal);
  const name = principal === "*" ? "*" : `${isService ? "Service" : "AWS"}:${principal}`;
  return {
    effect: "Allow",
    principals: only(name),
    actions: only(textAt(permission, "action") ?? "*"),
    resources: only(textAt(permission, "function_name") ?? SELF),
    conditions: [
      ...condition(permission, "ArnLike", "aws:SourceArn", "source_arn"),
      ...condition(permission, "StringEquals", "aws:SourceAccount", "source_account"),
      ...condition(permission, "StringEquals", "aws:PrincipalOrgID", "principal_org_id"),
      ...condition(permission, "StringEquals", "lambda:FunctionUrlAuthType", "function_url_auth_type"),
    ],
  };
}

function only(pattern: string) {
  return { isExcept: false, patterns: [pattern] };
}

function condition(permission: Value, operator: string, key: string, attribute: string): PolicyCondition[] {
  const value = textAt(permission, attribute);
  return value === undefined ? [] : [{ operator, key, values: [value] }];
}

function textAt(value: Value, attribute: string): string | undefined {
  const text = valueAt(value, attribute);
  if (text instanceof Withheld) return text.toString();
  return typeof text === "string" && text !== "" ? text : undefined;
}
