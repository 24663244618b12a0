import type { Body, Stack } from "./synthesized.ts";

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const POLICY_ATTRIBUTES = [
  ["aws_iam_role", "assume_role_policy"],
  ["aws_iam_role_policy", "policy"],
  ["aws_s3_bucket_policy", "policy"],
  ["aws_sqs_queue_policy", "policy"],
  ["aws_sns_topic_policy", "policy"],
] as const;

/** Every statement of every policy in the stack, with the address of the resource that holds it. */
export function listStatements(stack: Stack): { readonly address: string; readonly statement: PolicyStatement }[] {
  return POLICY_ATTRIBUTES.flatMap(([type, attribute]) =>
    stack
      .list(type)
      .flatMap(([id, body]) =>
        readStatements(body, attribute).map((statement) => ({ address: `${type}.${id}`, statement })),
      ),
  );
}

export function readStatements(body: Body, attribute = "policy"): PolicyStatement[] {
  const document = JSON.parse(String(body[attribute])) as { readonly Statement: PolicyStatement[] };
  return document.Statement;
}

export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
