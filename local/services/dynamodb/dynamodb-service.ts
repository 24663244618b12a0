import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, accessDenied } from "../../protocol/aws-json/aws-error.ts";
import { answerTargeted, type JsonInput, logFault } from "../../protocol/aws-json/signed-json.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import { listAccess, withPlainTableNames } from "./access.ts";
import { findTarget, type Write, writeAll } from "./atomic-write.ts";
import { ACTIONS, act, getTable, prepare, validationError } from "./dynalite-actions.ts";
import type { DynamoDbService, TableSettings } from "./seam.ts";
import { applyTableSettings } from "./table-settings.ts";
import { openTableStore } from "./table-store.ts";
import { TransactionTokens, transactGet, transactWrite } from "./transactions.ts";

const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
/** AWS deletes expired items within days; on a laptop within the minute. */
const SWEEP_MS = 60_000;
/** A time to live that is longer ago than this is taken for a mistake, and the item stays. */
const MAX_TTL_AGE_SECONDS = 5 * 365 * 24 * 3600;
const NAMESPACE = { namespace: "com.amazonaws.dynamodb.v20120810" };

/** Tables in dynalite, kept under the state folder; what was acknowledged survives `kill -9`. */
export async function createDynamoDb(context: ServiceContext): Promise<LaptopDynamoDb> {
  const say = (message: string): void => context.log({ level: "warn", source: "dynamodb", message });
  const { store, close } = await openTableStore(context.directory, say);
  store.tableDb.awsAccountId = context.accountId;
  store.tableDb.awsRegion = context.region;
  return new LaptopDynamoDb(context, store, close);
}

interface TableFacts {
  ttlAttribute: string | undefined;
  readonly deletionProtection: boolean;
}

interface TableNames {
  readonly TableNames: readonly string[];
  readonly LastEvaluatedTableName?: string;
}

type Operation = (input: JsonInput) => Promise<object>;

/** DynamoDbService, and `expireItems`. */
export class LaptopDynamoDb implements DynamoDbService {
  readonly name = "dynamodb";
  readonly target = "DynamoDB_20120810";
  readonly #context: ServiceContext;
  readonly #store: Dynalite.Store;
  readonly #close: () => Promise<void>;
  readonly #facts = new Map<string, TableFacts>();
  /** Tables that no stack declares any more: they keep their items, and are found by nobody. */
  readonly #outOfReach = new Set<string>();
  readonly #tokens = new TransactionTokens();
  readonly #sweep: NodeJS.Timeout;
  #sweeping: Promise<void> = Promise.resolve();
  readonly #operations: Readonly<Record<string, Operation>> = {
    GetItem: (input) => this.#read("getItem", input),
    BatchGetItem: (input) => this.#read("batchGetItem", input),
    Query: (input) => this.#read("query", input),
    Scan: (input) => this.#read("scan", input),
    ListTables: (input) => this.#listTables(input),
    PutItem: (input) => this.#writeOne("put", "putItem", input),
    UpdateItem: (input) => this.#writeOne("update", "updateItem", input),
    DeleteItem: (input) => this.#writeOne("delete", "deleteItem", input),
    BatchWriteItem: (input) => this.#writeBatch(input),
    TransactWriteItems: (input) => this.#transactWrite(input),
    TransactGetItems: (input) => transactGet(this.#store, input),
    DescribeTable: (input) => this.#describeTable(input),
    DeleteTable: (input) => this.#deleteTable(input),
    DescribeTimeToLive: (input) => this.#describeTimeToLive(input),
    UpdateTimeToLive: (input) => this.#updateTimeToLive(input),
    DescribeContinuousBackups: (input) => this.#describeContinuousBackups(input),
  };

  constructor(context: ServiceContext, store: Dynalite.Store, close: () => Promise<void>) {
    this.#context = context;
    this.#store = store;
    this.#close = close;
    this.#sweep = setInterval(() => {
      this.#sweeping = this.expireItems().catch((error) => logFault(context, this.name, error));
    }, SWEEP_MS);
    this.#sweep.unref();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const run = (operation: string, input: JsonInput, principal: Principal) => this.#run(operation, input, principal);
    const service = { service: this.name, target: this.target, maxBodyBytes: MAX_REQUEST_BYTES, run };
    await answerTargeted(service, this.#context, request, response);
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#sweeping;
    await this.#close();
  }

  async putTable(name: string, settings: TableSettings): Promise<{ readonly arn: string }> {
    const arn = this.#arnOf(name);
    await applyTableSettings(this.#store, name, arn, settings);
    const { ttlAttribute, deletionProtection } = settings;
    this.#facts.set(name, { ttlAttribute, deletionProtection });
    return { arn };
  }

  async dropUndeclared(): Promise<void> {
    let start: string | undefined;
    do {
      const input = start === undefined ? {} : { ExclusiveStartTableName: start };
      const page = await this.#listTables(input);
      for (const name of page.TableNames) if (!this.#facts.has(name)) this.#outOfReach.add(name);
      start = page.LastEvaluatedTableName;
    } while (start !== undefined);
  }

  /** Deletes the items whose time to live has passed, by the clock. */
  async expireItems(): Promise<void> {
    const now = Math.floor(this.#context.clock.now() / 1000);
    for (const [name, { ttlAttribute }] of this.#facts)
      if (ttlAttribute !== undefined) await this.#expireTable(name, ttlAttribute, now);
  }

  async #expireTable(name: string, attribute: string, now: number): Promise<void> {
    const { KeySchema } = await getTable(this.#store, name);
    for await (const item of this.#store.getItemDb(name).createValueStream({})) {
      const expiresAt = Number(item[attribute]?.N ?? Number.NaN);
      if (!(expiresAt < now) || expiresAt < now - MAX_TTL_AGE_SECONDS) continue;
      const Key = Object.fromEntries(KeySchema.map((key) => [key.AttributeName, item[key.AttributeName]]));
      // Looked at again under the item's lock: it may have been given more time meanwhile.
      const Expected = { [attribute]: { ComparisonOperator: "LT", AttributeValueList: [{ N: String(now) }] } };
      await writeAll(this.#store, [{ kind: "delete", data: { TableName: name, Key, Expected } }]);
    }
  }

  #arnOf(table: string): string {
    return `arn:aws:dynamodb:${this.#context.region}:${this.#context.accountId}:table/${table}`;
  }

  async #run(operation: string, request: JsonInput, principal: Principal): Promise<unknown> {
    const run = Object.hasOwn(this.#operations, operation) ? this.#operations[operation] : undefined;
    if (!run)
      throw new AwsError(
        "UnknownOperationException",
        `The laptop runtime's DynamoDB does not have ${operation}. Tables are declared in the stack.`,
      );
    const input = withPlainTableNames(request);
    for (const { action, table, index } of listAccess(operation, input)) {
      const resource = table === undefined ? "*" : this.#arnOf(table) + (index === undefined ? "" : `/index/${index}`);
      const access = { principal, action, resource, conditions: { "aws:SecureTransport": "true" } };
      const decision = this.#context.authorize(access);
      if (!decision.allowed) throw accessDenied(access, decision, 400);
      if (table !== undefined && this.#outOfReach.has(table)) throw notFound(table);
    }
    return run(input);
  }

  #read(action: "getItem" | "batchGetItem" | "query" | "scan" | "listTables", input: JsonInput): Promise<object> {
    return act(this.#store, ACTIONS[action], prepare(this.#store, action, input));
  }

  async #listTables(input: JsonInput): Promise<TableNames> {
    const { TableNames, ...rest } = (await this.#read("listTables", input)) as TableNames;
    return { TableNames: TableNames.filter((name) => !this.#outOfReach.has(name)), ...rest };
  }

  async #writeOne(
    kind: Write["kind"],
    rules: "putItem" | "updateItem" | "deleteItem",
    input: JsonInput,
  ): Promise<object> {
    const [result] = await writeAll(this.#store, [{ kind, data: prepare(this.#store, rules, input) }]);
    if (result && "value" in result) return result.value;
    throw result?.error;
  }

  /** AWS applies a batch's writes one by one; all at once is stricter than it promises, and no client can tell. */
  async #writeBatch(input: JsonInput): Promise<object> {
    const { RequestItems } = prepare(this.#store, "batchWriteItem", input) as {
      RequestItems: Record<string, JsonInput[]>;
    };
    const writes = Object.entries(RequestItems).flatMap(([TableName, requests]) =>
      requests.map(({ PutRequest, DeleteRequest }): Write => {
        if (PutRequest) return { kind: "put", data: { TableName, ...(PutRequest as JsonInput) } };
        return { kind: "delete", data: { TableName, ...(DeleteRequest as JsonInput) } };
      }),
    );
    const names = await Promise.all(writes.map(async (write) => (await findTarget(this.#store, write)).lockName));
    if (new Set(names).size < names.length) throw validationError("Provided list of item keys contains duplicates");
    const failed = (await writeAll(this.#store, writes)).find((result) => "error" in result);
    if (failed && "error" in failed) throw failed.error;
    return { UnprocessedItems: {} };
  }

  async #transactWrite(input: JsonInput): Promise<object> {
    const now = this.#context.clock.now();
    const { ClientRequestToken: token } = input;
    if (this.#tokens.wasDone(token, input, now)) return {};
    const result = await transactWrite(this.#store, input);
    this.#tokens.remember(token, input, now);
    return result;
  }

  async #describeTable(input: JsonInput): Promise<object> {
    const { Table } = await act(this.#store, ACTIONS.describeTable, prepare(this.#store, "describeTable", input));
    const { deletionProtection = false } = this.#facts.get(String(input.TableName)) ?? {};
    return { Table: { ...(Table as object), DeletionProtectionEnabled: deletionProtection } };
  }

  async #deleteTable(input: JsonInput): Promise<object> {
    const name = String(input.TableName);
    if (this.#facts.get(name)?.deletionProtection)
      throw validationError(
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. (${name})`,
      );
    const result = await act(this.#store, ACTIONS.deleteTable, prepare(this.#store, "deleteTable", input));
    this.#facts.delete(name);
    return result;
  }

  async #describeTimeToLive(input: JsonInput): Promise<object> {
    const { ttlAttribute } = await this.#getFacts(input);
    const status = ttlAttribute === undefined ? "DISABLED" : "ENABLED";
    const name = ttlAttribute === undefined ? {} : { AttributeName: ttlAttribute };
    return { TimeToLiveDescription: { TimeToLiveStatus: status, ...name } };
  }

  /** Until the next start, when the stack's word counts again. */
  async #updateTimeToLive(input: JsonInput): Promise<object> {
    const facts = await this.#getFacts(input);
    const { Enabled, AttributeName } = (input.TimeToLiveSpecification ?? {}) as JsonInput;
    if (typeof Enabled !== "boolean" || typeof AttributeName !== "string" || AttributeName === "")
      throw validationError("TimeToLiveSpecification must have Enabled and AttributeName.");
    if (Enabled === (facts.ttlAttribute !== undefined))
      throw validationError(`TimeToLive is already ${Enabled ? "enabled" : "disabled"}`);
    facts.ttlAttribute = Enabled ? AttributeName : undefined;
    return { TimeToLiveSpecification: { Enabled, AttributeName } };
  }

  /** There are no backups of a laptop's tables, and this says so. */
  async #describeContinuousBackups(input: JsonInput): Promise<object> {
    await this.#getFacts(input);
    const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus: "DISABLED" };
    return { ContinuousBackupsDescription: { ContinuousBackupsStatus: "DISABLED", PointInTimeRecoveryDescription } };
  }

  async #getFacts(input: JsonInput): Promise<TableFacts> {
    const name = String(input.TableName ?? "");
    const facts = this.#facts.get(name);
    if (facts) return facts;
    throw notFound(name);
  }
}

function notFound(table: string): AwsError {
  const message = `Requested resource not found: Table: ${table} not found`;
  return new AwsError("ResourceNotFoundException", message, NAMESPACE);
}
