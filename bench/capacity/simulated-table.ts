import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { JOBS_TABLE } from "../../contracts/media/tables.ts";
import type { Row } from "../../lambdas/media/jobs/aws/job-row.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What DynamoDB lets through, in units a second. */
export interface TableLimits {
  readonly table: number;
  readonly hashValue: number;
}

const UNIT_BYTES = 1024;

/**
 * A jobs table that has AWS's limits and no other: what the adapter writes is stored as it is written, and counted by the size of
 * the row as AWS counts it; the index by each value of its hash key, put and taken out. What is beyond a limit is counted as
 * refused and done anyway, so that one refusal has no consequences to be told apart from the next.
 */
export class SimulatedTable {
  now = 0;
  /** From when on what is refused counts. */
  countsFrom = 0;
  readonly refused = { table: 0, index: 0 };
  private readonly rows = new Map<string, Row>();
  private readonly table: TokenBucket;
  private readonly hashValues = new Map<string, TokenBucket>();

  constructor(private readonly limits: TableLimits) {
    this.table = new TokenBucket(limits.table);
  }

  /** As much of the client as the adapter uses for a job's way from its creation to its end. */
  get client(): DynamoDBClient {
    return {
      send: async (command: { readonly input: Input }) => this.answer(command.input),
    } as unknown as DynamoDBClient;
  }

  private answer({ Item, Key, UpdateExpression = "", ExpressionAttributeValues: values = {} }: Input) {
    const jobId = (Item ?? Key)?.jobId?.S ?? "";
    const before = this.rows.get(jobId);
    const after = Item ?? applyUpdate(before ?? {}, UpdateExpression, values);
    this.rows.set(jobId, after);
    if (!this.table.take(Math.ceil(sizeOf(after) / UNIT_BYTES), this.now)) this.refuse("table");
    this.writeIndex(before, after);
    return { Attributes: after };
  }

  private refuse(what: "table" | "index"): void {
    if (this.now >= this.countsFrom) this.refused[what] += 1;
  }

  private writeIndex(before: Row | undefined, after: Row): void {
    const name = JOBS_TABLE.indexes.abandoned.hashKey.name;
    const [old, fresh] = [before?.[name]?.S, after[name]?.S];
    if (old === fresh) return;
    for (const value of [old, fresh]) {
      if (value === undefined) continue;
      const bucket = this.hashValues.get(value) ?? new TokenBucket(this.limits.hashValue);
      this.hashValues.set(value, bucket);
      if (!bucket.take(1, this.now)) this.refuse("index");
    }
  }
}

interface Input {
  readonly Item?: Row;
  readonly Key?: Row;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeValues?: Row;
}

/** `SET #a = :b, #c = #c + :one REMOVE #d`, which is all that the adapter says. */
function applyUpdate(row: Row, expression: string, values: Row): Row {
  const [, set = "", remove = ""] = /^(?:SET (.*?))?\s*(?:REMOVE (.*))?$/.exec(expression) ?? [];
  const after: Row = { ...row };
  for (const [, name = "", plus, value = ""] of set.matchAll(/#(\w+) = (#\w+ \+ )?(:\w+)/g)) {
    const given = values[value] as AttributeValue;
    after[name] = plus ? { N: String(Number(row[name]?.N) + Number(given.N)) } : given;
  }
  for (const [, name = ""] of remove.matchAll(/#(\w+)/g)) delete after[name];
  return after;
}

/** Names and values in UTF-8; numbers by their digits; lists and maps 3 bytes and one for each entry: AWS's own rule. */
function sizeOf(row: Row): number {
  return Object.entries(row).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
}

function valueSize({ S, N, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (L !== undefined) return 3 + L.reduce((sum, it) => sum + 1 + valueSize(it), 0);
  if (M !== undefined) return 3 + Object.keys(M).length + sizeOf(M);
  return 1;
}
