import type { JsonInput } from "../../protocol/aws-json/signed-json.ts";
import { listMembers, parseTransactItem, TRANSACT_KINDS } from "./transactions.ts";

/** An IAM action and the table or index that it touches; `table` undefined: the action has no resource. */
export interface Access {
  readonly action: string;
  readonly table?: string;
  readonly index?: string;
}

/** What a request must be allowed to do, all of it. */
export function listAccess(operation: string, input: JsonInput): Access[] {
  if (operation === "ListTables") return [{ action: "dynamodb:ListTables" }];
  if (operation === "BatchGetItem" || operation === "BatchWriteItem") {
    const tables = Object.keys((input.RequestItems ?? {}) as object);
    return tables.map((table) => ({ action: `dynamodb:${operation}`, table }));
  }
  if (operation === "TransactGetItems")
    return listMembers(input).map((member) => {
      const { Get } = member as { Get?: JsonInput };
      return { action: "dynamodb:GetItem", table: String(Get?.TableName ?? "") };
    });
  if (operation === "TransactWriteItems")
    return listMembers(input).map((member) => {
      const { kind, input: item } = parseTransactItem(member);
      return { action: `dynamodb:${TRANSACT_KINDS[kind].action}`, table: String(item.TableName ?? "") };
    });
  const index = typeof input.IndexName === "string" ? { index: input.IndexName } : {};
  return [{ action: `dynamodb:${operation}`, table: String(input.TableName ?? ""), ...index }];
}

const TABLE_ARN = /^arn:aws:dynamodb:[^:]+:\d+:table\/([^/]+)$/;

/** Tables may be named by their ARN, anywhere; dynalite knows plain names only. */
export function withPlainTableNames<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withPlainTableNames) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key === "TableName" && typeof inner === "string") return [key, TABLE_ARN.exec(inner)?.[1] ?? inner];
    // Items are the user's own data, in which nothing is a table's name.
    if (key === "Item" || key === "Key" || key === "ExpressionAttributeValues") return [key, inner];
    return [TABLE_ARN.exec(key)?.[1] ?? key, withPlainTableNames(inner)];
  });
  return Object.fromEntries(entries) as T;
}
