import { createHash } from "node:crypto";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { JsonInput } from "../../protocol/aws-json/signed-json.ts";
import { findTarget, type Write, type WriteResult, writeAll } from "./atomic-write.ts";
import { ACTIONS, act, prepare, validationError } from "./dynalite-actions.ts";

const MAX_OPERATIONS = 100;
/** How long a ClientRequestToken makes a repetition harmless. */
const TOKEN_LIFE_MS = 10 * 60_000;

/** A member of TransactItems, and the IAM action that it needs. */
export const TRANSACT_KINDS = {
  Put: { kind: "put", rules: "putItem", action: "PutItem" },
  Update: { kind: "update", rules: "updateItem", action: "UpdateItem" },
  Delete: { kind: "delete", rules: "deleteItem", action: "DeleteItem" },
  // A condition is checked and parsed as a delete's is.
  ConditionCheck: { kind: "check", rules: "deleteItem", action: "ConditionCheckItem" },
} as const;
export type TransactKind = keyof typeof TRANSACT_KINDS;

/** What is in one member. Throws AwsError unless it is exactly one operation. */
export function parseTransactItem(member: unknown): { readonly kind: TransactKind; readonly input: JsonInput } {
  const entries = Object.entries((member ?? {}) as Record<string, unknown>);
  const [kind, input] = entries[0] ?? ["", undefined];
  if (entries.length !== 1 || !Object.hasOwn(TRANSACT_KINDS, kind) || typeof input !== "object" || input === null)
    throw validationError("TransactItems can only contain one of Check, Put, Update or Delete");
  return { kind: kind as TransactKind, input: input as JsonInput };
}

export function listMembers(input: JsonInput): unknown[] {
  const { TransactItems: members } = input;
  if (Array.isArray(members) && members.length >= 1 && members.length <= MAX_OPERATIONS) return members;
  throw validationError(
    "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length between 1 and 100",
  );
}

/** Remembers for ten minutes, in this process, which transactions were done. */
export class TransactionTokens {
  readonly #done = new Map<string, { readonly hash: string; readonly until: number }>();

  /** True when this very request was done before. Throws AwsError when the token was another's. */
  wasDone(token: unknown, input: JsonInput, now: number): boolean {
    for (const [known, { until }] of this.#done) if (until < now) this.#done.delete(known);
    const before = typeof token === "string" ? this.#done.get(token) : undefined;
    if (!before) return false;
    if (before.hash === hashOf(input)) return true;
    throw new AwsError(
      "IdempotentParameterMismatchException",
      "The request uses the same client token as a previous, but non-identical request.",
      { namespace: "com.amazonaws.dynamodb.v20120810" },
    );
  }

  remember(token: unknown, input: JsonInput, now: number): void {
    if (typeof token === "string") this.#done.set(token, { hash: hashOf(input), until: now + TOKEN_LIFE_MS });
  }
}

function hashOf(input: JsonInput): string {
  return createHash("sha256").update(JSON.stringify(input.TransactItems)).digest("hex");
}

export async function transactWrite(store: Dynalite.Store, input: JsonInput): Promise<object> {
  const writes = listMembers(input).map((member): Write => {
    const { kind, input: operation } = parseTransactItem(member);
    const { kind: writeKind, rules } = TRANSACT_KINDS[kind];
    return { kind: writeKind, data: prepare(store, rules, operation) };
  });
  const names = await Promise.all(writes.map(async (write) => (await findTarget(store, write)).lockName));
  if (new Set(names).size < names.length)
    throw validationError("Transaction request cannot include multiple operations on one item");
  const results = await writeAll(store, writes);
  if (results.some((result) => "error" in result)) throw cancelled(results);
  return {};
}

function cancelled(results: readonly WriteResult[]): AwsError {
  const CancellationReasons = results.map((result) => {
    if ("value" in result) return { Code: "None" };
    if (!(result.error instanceof AwsError)) throw result.error;
    const { code, message, members } = result.error;
    const Code = code.replace(/Exception$/, "");
    return { Code: code === "ValidationException" ? "ValidationError" : Code, Message: message, ...members };
  });
  const codes = CancellationReasons.map(({ Code }) => Code).join(", ");
  return new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { namespace: "com.amazonaws.dynamodb.v20120810", members: { CancellationReasons } },
  );
}

/** Each member's item. They are read one after the other: a write in between may be seen in the later ones. */
export async function transactGet(store: Dynalite.Store, input: JsonInput): Promise<object> {
  const reads = listMembers(input).map((member) => {
    const { Get } = member as { Get?: JsonInput };
    if (!Get) throw validationError("TransactItems can only contain Get");
    return prepare(store, "getItem", { ...Get, ConsistentRead: true });
  });
  const Responses = await Promise.all(reads.map((data) => act(store, ACTIONS.getItem, data)));
  return { Responses };
}
