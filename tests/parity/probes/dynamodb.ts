import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { answerTo } from "../answers.ts";
import { ACCEPTED, judge, type Probe } from "../probe.ts";
import type { Target } from "../target.ts";

const GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";
const API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";

/** How long an index may take to follow its table on AWS. */
const PATIENCE_MS = 10_000;

type Item = Record<string, AttributeValue>;

function put(target: Target, Item: Item, more: Partial<PutItemCommandInput> = {}) {
  return target.dynamoDb.send(new PutItemCommand({ TableName: target.world.table.name, Item, ...more }));
}

function update(target: Target, jobId: string, more: Partial<UpdateItemCommandInput>) {
  const Key = { jobId: { S: jobId } };
  return target.dynamoDb.send(new UpdateItemCommand({ TableName: target.world.table.name, Key, ...more }));
}

async function get(target: Target, jobId: string): Promise<Item | undefined> {
  const Key = { jobId: { S: jobId } };
  const get = new GetItemCommand({ TableName: target.world.table.name, Key, ConsistentRead: true });
  return (await target.dynamoDb.send(get)).Item;
}

/** The jobs of one open status, by the index. */
async function listOpen(target: Target, status: string): Promise<string> {
  const { Items = [] } = await target.dynamoDb.send(queryOpen(target, status));
  return Items.map(({ jobId }) => jobId?.S).join(", ") || "none";
}

function queryOpen(
  { world: { table } }: Target,
  status: string,
  more: { Limit?: number; ConsistentRead?: boolean } = {},
) {
  return new QueryCommand({
    TableName: table.name,
    IndexName: table.index.name,
    KeyConditionExpression: "openStatus = :status",
    ExpressionAttributeValues: { ":status": { S: status } },
    ...more,
  });
}

/** The index follows the table in its own time: it is asked until it says what is expected, or patience ends. */
async function untilOpen(target: Target, status: string, expected: string): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await listOpen(target, status);
    if (seen === expected || performance.now() > deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What a refused condition came with. */
async function itemOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return ACCEPTED;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item?.status?.S ?? "no item";
  }
}

export const DYNAMODB_PROBES: readonly Probe[] = [
  {
    id: "condition-failed",
    service: "DynamoDB",
    behaviour:
      "A write whose condition does not hold is refused with ConditionalCheckFailedException and changes nothing.",
    source: `${GUIDE}/Expressions.ConditionExpressions.html`,
    async run(target) {
      const ConditionExpression = "attribute_not_exists(jobId)";
      const create = (status: string) =>
        answerTo(put(target, { jobId: { S: "created" }, status: { S: status } }, { ConditionExpression }));
      return judge(
        ["the first", await create("first"), ACCEPTED],
        ["the second", await create("second"), "ConditionalCheckFailedException"],
        ["what is stored", (await get(target, "created"))?.status?.S ?? "nothing", "first"],
      );
    },
  },
  {
    id: "condition-failed-item",
    service: "DynamoDB",
    behaviour: "With ReturnValuesOnConditionCheckFailure ALL_OLD the refusal carries the item; without it, none.",
    source: `${API}/API_PutItem.html`,
    async run(target) {
      await put(target, { jobId: { S: "shown" }, status: { S: "stored" } });
      const change = (more: Partial<PutItemCommandInput>) =>
        itemOf(put(target, { jobId: { S: "shown" } }, { ConditionExpression: "attribute_not_exists(jobId)", ...more }));
      return judge(
        ["with it", await change({ ReturnValuesOnConditionCheckFailure: "ALL_OLD" }), "stored"],
        ["without", await change({}), "no item"],
      );
    },
  },
  {
    id: "condition-on-missing",
    service: "DynamoDB",
    behaviour: "A comparison with an attribute of an item that does not exist does not hold, so an update makes none.",
    source: `${GUIDE}/Expressions.ConditionExpressions.html`,
    async run(target) {
      const answer = await answerTo(
        update(target, "missing", {
          UpdateExpression: "SET progress = :one",
          ConditionExpression: "attempt = :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
        }),
      );
      return judge(
        ["the update", answer, "ConditionalCheckFailedException"],
        ["the item", (await get(target, "missing")) ? "there" : "not there", "not there"],
      );
    },
  },
  {
    id: "claim-won-once",
    service: "DynamoDB",
    behaviour: "Of many conditional updates of one item at once, exactly one wins, and is told the item as it left it.",
    source: `${GUIDE}/WorkingWithItems.html`,
    isRace: true,
    async run(target) {
      await put(target, { jobId: { S: "claimed" }, status: { S: "PENDING" }, attempt: { N: "0" } });
      const claims = await Promise.allSettled(
        Array.from({ length: 12 }, () =>
          update(target, "claimed", {
            UpdateExpression: "SET #status = :processing, attempt = attempt + :one",
            ConditionExpression: "#status = :pending",
            ExpressionAttributeNames: { "#status": "status" },
            ExpressionAttributeValues: {
              ":processing": { S: "PROCESSING" },
              ":pending": { S: "PENDING" },
              ":one": { N: "1" },
            },
            ReturnValues: "ALL_NEW",
          }),
        ),
      );
      const won = claims.flatMap((claim) => (claim.status === "fulfilled" ? claim.value : []));
      return judge(
        ["how many of twelve win", String(won.length), "1"],
        ["the attempt that it is told", won[0]?.Attributes?.attempt?.N ?? "none", "1"],
      );
    },
  },
  {
    id: "transaction-cancelled",
    service: "DynamoDB",
    behaviour: "A transaction with one condition that does not hold changes nothing, and says which one it was.",
    source: `${API}/API_TransactWriteItems.html`,
    async run(target) {
      await put(target, { jobId: { S: "taken" } });
      const TableName = target.world.table.name;
      const create = (jobId: string) => ({
        Put: { TableName, Item: { jobId: { S: jobId } }, ConditionExpression: "attribute_not_exists(jobId)" },
      });
      const transaction = new TransactWriteItemsCommand({ TransactItems: [create("beside"), create("taken")] });
      const reasons = await target.dynamoDb.send(transaction).then(
        () => ACCEPTED,
        (error: unknown) => {
          if (!(error instanceof TransactionCanceledException)) throw error;
          return (error.CancellationReasons ?? []).map(({ Code }) => Code).join(", ");
        },
      );
      return judge(
        ["the reasons", reasons, "None, ConditionalCheckFailed"],
        ["the other item", (await get(target, "beside")) ? "there" : "not there", "not there"],
      );
    },
  },
  {
    id: "expired-item-read",
    service: "DynamoDB",
    behaviour: "An item whose time to live has passed can be read until DynamoDB gets round to deleting it.",
    source: `${GUIDE}/ttl-expired-items.html`,
    async run(target) {
      const anHourAgo = Math.floor(Date.now() / 1000) - 3600;
      await put(target, { jobId: { S: "expired" }, [target.world.table.ttlAttribute]: { N: String(anHourAgo) } });
      return judge(["the item", (await get(target, "expired")) ? "there" : "not there", "there"]);
    },
  },
  {
    id: "index-sparse",
    service: "DynamoDB",
    behaviour: "An index holds only items that have its keys: one that loses a key leaves the index.",
    source: `${GUIDE}/bp-indexes-general-sparse-indexes.html`,
    async run(target) {
      const abandonedAt = { N: "1" };
      await put(target, { jobId: { S: "open" }, openStatus: { S: "sparse" }, abandonedAt });
      await put(target, { jobId: { S: "closed" }, abandonedAt });
      const before = await untilOpen(target, "sparse", "open");
      await update(target, "open", { UpdateExpression: "REMOVE openStatus" });
      return judge(
        ["the index", before, "open"],
        ["the index after the key is removed", await untilOpen(target, "sparse", "none"), "none"],
      );
    },
  },
  {
    id: "index-pages",
    service: "DynamoDB",
    behaviour: "A query of an index with a Limit ends with the key to go on from, of the index and of the table.",
    source: `${GUIDE}/Query.Pagination.html`,
    async run(target) {
      for (const abandonedAt of ["1", "2"])
        await put(target, {
          jobId: { S: `page-${abandonedAt}` },
          openStatus: { S: "paged" },
          abandonedAt: { N: abandonedAt },
        });
      const all = await untilOpen(target, "paged", "page-1, page-2");
      const { Items = [], LastEvaluatedKey = {} } = await target.dynamoDb.send(
        queryOpen(target, "paged", { Limit: 1 }),
      );
      return judge(
        ["without a limit", all, "page-1, page-2"],
        ["the first page", Items.map(({ jobId }) => jobId?.S).join(", "), "page-1"],
        ["the key", Object.keys(LastEvaluatedKey).sort().join(", ") || "none", "abandonedAt, jobId, openStatus"],
      );
    },
  },
  {
    id: "index-consistent-read",
    service: "DynamoDB",
    behaviour: "A strongly consistent read of a global index is refused.",
    source: `${GUIDE}/GSI.html`,
    async run(target) {
      const query = queryOpen(target, "any", { ConsistentRead: true });
      return judge(["the query", await answerTo(target.dynamoDb.send(query)), "ValidationException"]);
    },
  },
  {
    id: "unknown-table",
    service: "DynamoDB",
    behaviour: "A table that does not exist is answered with ResourceNotFoundException.",
    source: `${GUIDE}/Programming.Errors.html`,
    async run(target) {
      const get = new GetItemCommand({ TableName: `${target.world.table.name}-not-there`, Key: { jobId: { S: "1" } } });
      return judge(["the read", await answerTo(target.dynamoDb.send(get)), "ResourceNotFoundException"]);
    },
  },
  {
    id: "empty-strings",
    service: "DynamoDB",
    behaviour: "An empty string is refused as a key, and stored as any other attribute.",
    source: `${GUIDE}/HowItWorks.NamingRulesDataTypes.html`,
    async run(target) {
      return judge(
        ["as a key", await answerTo(put(target, { jobId: { S: "" } })), "ValidationException"],
        [
          "as an index's key",
          await answerTo(put(target, { jobId: { S: "empty" }, openStatus: { S: "" }, abandonedAt: { N: "1" } })),
          "ValidationException",
        ],
        ["as another attribute", await answerTo(put(target, { jobId: { S: "empty" }, name: { S: "" } })), ACCEPTED],
      );
    },
  },
  {
    id: "wrong-numbers",
    service: "DynamoDB",
    behaviour: "A number that is none, or has more than 38 digits, is refused.",
    source: `${GUIDE}/HowItWorks.NamingRulesDataTypes.html`,
    async run(target) {
      const store = (N: string) => answerTo(put(target, { jobId: { S: "number" }, progress: { N } }));
      return judge(
        ["no number", await store("ten"), "ValidationException"],
        ["39 digits", await store("1".repeat(39)), "ValidationException"],
        ["38 digits", await store("1".repeat(38)), ACCEPTED],
      );
    },
  },
  {
    id: "reserved-words",
    service: "DynamoDB",
    behaviour: "A reserved word such as status is refused in an expression; by a placeholder it is taken.",
    source: `${GUIDE}/ReservedWords.html`,
    async run(target) {
      const ExpressionAttributeValues = { ":done": { S: "done" } };
      const set = (UpdateExpression: string, more: Partial<UpdateItemCommandInput> = {}) =>
        answerTo(update(target, "reserved", { UpdateExpression, ExpressionAttributeValues, ...more }));
      return judge(
        ["the word", await set("SET status = :done"), "ValidationException"],
        ["a placeholder", await set("SET #s = :done", { ExpressionAttributeNames: { "#s": "status" } }), ACCEPTED],
      );
    },
  },
  {
    id: "unused-placeholders",
    service: "DynamoDB",
    behaviour: "A placeholder that no expression uses is refused.",
    source: `${GUIDE}/Expressions.ExpressionAttributeNames.html`,
    async run(target) {
      const answer = await answerTo(
        update(target, "unused", {
          UpdateExpression: "SET progress = :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
          ExpressionAttributeNames: { "#unused": "status" },
        }),
      );
      return judge(["the update", answer, "ValidationException"]);
    },
  },
  {
    id: "item-too-large",
    service: "DynamoDB",
    behaviour: "An item above 400 KB is refused.",
    source: `${GUIDE}/Constraints.html`,
    async run(target) {
      const store = (kb: number) =>
        answerTo(put(target, { jobId: { S: "large" }, text: { S: "x".repeat(kb * 1024) } }));
      return judge(["401 KB", await store(401), "ValidationException"], ["390 KB", await store(390), ACCEPTED]);
    },
  },
];
