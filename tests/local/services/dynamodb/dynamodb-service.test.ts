import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDynamoDb, type LaptopDynamoDb } from "../../../../local/services/dynamodb/dynamodb-service.ts";
import type { TableSettings } from "../../../../local/services/dynamodb/seam.ts";
import {
  ACCOUNT,
  createAuthorize,
  REGION,
  roleNamed,
  SignedEndpoint,
} from "../../protocol/aws-json/signed-endpoint.ts";

const TABLE = "darkroom-test-jobs";
const ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${TABLE}`;
const OPEN_INDEX = {
  name: "abandoned",
  hashKey: "openStatus",
  rangeKey: "abandonedAt",
  projectionType: "KEYS_ONLY",
} as const;
const SETTINGS: TableSettings = {
  hashKey: "jobId",
  attributes: [
    { name: "jobId", type: "S" },
    { name: "openStatus", type: "S" },
    { name: "abandonedAt", type: "N" },
  ],
  globalSecondaryIndexes: [OPEN_INDEX],
  ttlAttribute: "forgetAt",
  deletionProtection: false,
};

let endpoint: SignedEndpoint;
let dynamodb: LaptopDynamoDb;
let client: DynamoDBClient;

beforeEach(async () => {
  endpoint = await SignedEndpoint.open();
  dynamodb = endpoint.serve(await createDynamoDb(endpoint.context()));
  client = new DynamoDBClient(endpoint.clientOptions());
  await dynamodb.putTable(TABLE, SETTINGS);
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

const put = (jobId: string, more: Record<string, { S: string } | { N: string }> = {}) =>
  client.send(new PutItemCommand({ TableName: TABLE, Item: { jobId: { S: jobId }, ...more } }));
const get = async (jobId: string) =>
  (await client.send(new GetItemCommand({ TableName: TABLE, Key: { jobId: { S: jobId } }, ConsistentRead: true })))
    .Item;
const queryOpen = async () =>
  (
    await client.send(
      new QueryCommand({
        TableName: TABLE,
        IndexName: "abandoned",
        KeyConditionExpression: "openStatus = :open AND abandonedAt < :now",
        ExpressionAttributeValues: { ":open": { S: "PENDING" }, ":now": { N: "1000" } },
      }),
    )
  ).Items ?? [];
/** The same state folder in the hands of a new process, as far as one process can tell. */
const restart = async (settings = SETTINGS) => {
  await endpoint.close({ keepFolder: true });
  endpoint = await SignedEndpoint.open(endpoint.folder);
  dynamodb = endpoint.serve(await createDynamoDb(endpoint.context()));
  client = new DynamoDBClient(endpoint.clientOptions());
  await dynamodb.putTable(TABLE, settings);
};

describe("items", () => {
  it("are written, updated under conditions, and read back", async () => {
    await put("a", { status: { S: "PENDING" } });

    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName: ARN,
        Key: { jobId: { S: "a" } },
        UpdateExpression: "SET #s = :done, attempt = if_not_exists(attempt, :zero) + :one",
        ConditionExpression: "#s = :pending",
        ExpressionAttributeNames: { "#s": "status" },
        ExpressionAttributeValues: {
          ":done": { S: "DONE" },
          ":pending": { S: "PENDING" },
          ":zero": { N: "0" },
          ":one": { N: "1" },
        },
        ReturnValues: "ALL_NEW",
      }),
    );

    expect(Attributes).toEqual({ jobId: { S: "a" }, status: { S: "DONE" }, attempt: { N: "1" } });
    expect(await get("a")).toEqual(Attributes);
  });

  it("come back with a failed condition when ReturnValuesOnConditionCheckFailure asks for them", async () => {
    await put("a", { status: { S: "DONE" } });

    const refused = client.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: { jobId: { S: "a" } },
        ConditionExpression: "attribute_not_exists(jobId)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );

    await expect(refused).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
      Item: { jobId: { S: "a" }, status: { S: "DONE" } },
    });
  });

  it("enter a sparse index with their keys and leave it without them", async () => {
    await put("late", { openStatus: { S: "PENDING" }, abandonedAt: { N: "900" } });
    await put("early", { openStatus: { S: "PENDING" }, abandonedAt: { N: "100" } });
    await put("closed");
    expect((await queryOpen()).map((item) => item.jobId?.S)).toEqual(["early", "late"]);

    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { jobId: { S: "early" } },
        UpdateExpression: "REMOVE openStatus",
      }),
    );

    expect((await queryOpen()).map((item) => item.jobId?.S)).toEqual(["late"]);
  });

  it("are refused with an empty string in an index's key, and leave nothing behind", async () => {
    await put("a", { openStatus: { S: "PENDING" }, abandonedAt: { N: "1" } });
    const UpdateExpression = "SET openStatus = :empty";
    const ExpressionAttributeValues = { ":empty": { S: "" } };
    const Key = { jobId: { S: "a" } };

    const created = put("b", { openStatus: { S: "" }, abandonedAt: { N: "1" } });
    const updated = client.send(
      new UpdateItemCommand({ TableName: TABLE, Key, UpdateExpression, ExpressionAttributeValues }),
    );

    const refusal = { name: "ValidationException", message: expect.stringContaining("IndexKey: openStatus") };
    await expect(created).rejects.toMatchObject(refusal);
    await expect(updated).rejects.toMatchObject(refusal);
    expect((await queryOpen()).map((item) => item.jobId?.S)).toEqual(["a"]);
  });

  it("are claimed by exactly one of many writers at once (E3)", async () => {
    await put("a", { status: { S: "PENDING" } });

    const claims = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        client.send(
          new UpdateItemCommand({
            TableName: TABLE,
            Key: { jobId: { S: "a" } },
            UpdateExpression: "SET #s = :new ADD attempt :one",
            ConditionExpression: "#s = :old",
            ExpressionAttributeNames: { "#s": "status" },
            ExpressionAttributeValues: { ":new": { S: "PROCESSING" }, ":old": { S: "PENDING" }, ":one": { N: "1" } },
          }),
        ),
      ),
    );

    expect(claims.filter((claim) => claim.status === "fulfilled")).toHaveLength(1);
    expect((await get("a"))?.attempt).toEqual({ N: "1" });
  });

  it("survive a restart, and so does their index", async () => {
    await put("a", { openStatus: { S: "PENDING" }, abandonedAt: { N: "5" } });

    await restart();

    expect(await get("a")).toMatchObject({ abandonedAt: { N: "5" } });
    expect(await queryOpen()).toHaveLength(1);
  });

  it("are written in batches, and a batch with one key twice is refused", async () => {
    const request = (jobId: string) => ({ PutRequest: { Item: { jobId: { S: jobId } } } });
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: ["a", "b", "c"].map(request) } }));
    expect(await get("c")).toBeDefined();

    const twice = client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: ["a", "a"].map(request) } }));
    await expect(twice).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("a transaction", () => {
  const write = (jobId: string, condition?: string) => ({
    Put: { TableName: TABLE, Item: { jobId: { S: jobId } }, ...(condition && { ConditionExpression: condition }) },
  });

  it("is written whole", async () => {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [write("a"), write("b")] }));

    const Get = (jobId: string) => ({ Get: { TableName: TABLE, Key: { jobId: { S: jobId } } } });
    const { Responses } = await client.send(
      new TransactGetItemsCommand({ TransactItems: [Get("a"), Get("b"), Get("c")] }),
    );
    expect(Responses).toEqual([{ Item: { jobId: { S: "a" } } }, { Item: { jobId: { S: "b" } } }, {}]);
  });

  it("is not written at all when one condition fails, and says which", async () => {
    await put("b");

    const cancelled = client.send(
      new TransactWriteItemsCommand({ TransactItems: [write("a"), write("b", "attribute_not_exists(jobId)")] }),
    );

    await expect(cancelled).rejects.toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }],
    });
    expect(await get("a")).toBeUndefined();
  });

  it("checks an item that it does not write", async () => {
    const check = {
      ConditionCheck: { TableName: TABLE, Key: { jobId: { S: "x" } }, ConditionExpression: "attribute_exists(jobId)" },
    };
    const cancelled = client.send(new TransactWriteItemsCommand({ TransactItems: [check, write("a")] }));
    await expect(cancelled).rejects.toMatchObject({ name: "TransactionCanceledException" });

    await put("x");
    await client.send(new TransactWriteItemsCommand({ TransactItems: [check, write("a")] }));
    expect(await get("a")).toBeDefined();
  });

  it("takes each item once, and a client's token makes its repetition harmless", async () => {
    const twice = client.send(new TransactWriteItemsCommand({ TransactItems: [write("a"), write("a")] }));
    await expect(twice).rejects.toMatchObject({ name: "ValidationException" });

    const once = { TransactItems: [write("n", "attribute_not_exists(jobId)")], ClientRequestToken: "token-1" };
    await client.send(new TransactWriteItemsCommand(once));
    await client.send(new TransactWriteItemsCommand(once));
    const other = { ...once, TransactItems: [write("m")] };
    await expect(client.send(new TransactWriteItemsCommand(other))).rejects.toMatchObject({
      name: "IdempotentParameterMismatchException",
    });
  });
});

describe("time to live", () => {
  it("deletes an item once its time has passed, from its index too, and leaves the others", async () => {
    const now = Math.floor(Date.now() / 1000);
    const open = { openStatus: { S: "PENDING" }, abandonedAt: { N: "5" } };
    await put("dies", { forgetAt: { N: String(now + 60) }, ...open });
    await put("stays", { forgetAt: { N: String(now + 7200) } });
    await put("mistake", { forgetAt: { N: "1" } });
    await put("text", { forgetAt: { S: "1" } });
    await dynamodb.expireItems();
    expect(await get("dies")).toBeDefined();

    endpoint.aheadMs += 61_000;
    await dynamodb.expireItems();

    expect(await get("dies")).toBeUndefined();
    expect(await queryOpen()).toEqual([]);
    for (const jobId of ["stays", "mistake", "text"]) expect(await get(jobId)).toBeDefined();
  });

  it("is described and switched as on AWS", async () => {
    const describeIt = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName: TABLE }))).TimeToLiveDescription;
    const update = (Enabled: boolean) =>
      client.send(
        new UpdateTimeToLiveCommand({
          TableName: TABLE,
          TimeToLiveSpecification: { Enabled, AttributeName: "forgetAt" },
        }),
      );
    expect(await describeIt()).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "forgetAt" });

    await update(false);

    expect(await describeIt()).toEqual({ TimeToLiveStatus: "DISABLED" });
    await expect(update(false)).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("a table", () => {
  it("is described with its ARN, indexes and protection", async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: TABLE }));

    expect(Table).toMatchObject({ TableArn: ARN, TableStatus: "ACTIVE", DeletionProtectionEnabled: false });
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({
      IndexName: "abandoned",
      IndexArn: `${ARN}/index/abandoned`,
    });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([TABLE]);
    const { ContinuousBackupsDescription } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: TABLE }),
    );
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe("DISABLED");
  });

  it("keeps its items when an index is added, which it fills, and when one is dropped", async () => {
    await restart({ ...SETTINGS, globalSecondaryIndexes: [] });
    await put("a", { openStatus: { S: "PENDING" }, abandonedAt: { N: "5" } });

    await restart();

    expect(await queryOpen()).toEqual([{ jobId: { S: "a" }, openStatus: { S: "PENDING" }, abandonedAt: { N: "5" } }]);
  });

  it("refuses other keys by name", async () => {
    const settings: TableSettings = {
      ...SETTINGS,
      hashKey: "id",
      attributes: [...SETTINGS.attributes, { name: "id", type: "S" }],
    };

    await expect(dynamodb.putTable(TABLE, settings)).rejects.toThrow(
      `Table ${TABLE} holds items under the key jobId (S), but the stack declares id (S)`,
    );
  });

  it("can't be deleted while deletion protection is on", async () => {
    await dynamodb.putTable(TABLE, { ...SETTINGS, deletionProtection: true });
    const remove = () => client.send(new DeleteTableCommand({ TableName: TABLE }));
    await expect(remove()).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("protected"),
    });

    await dynamodb.putTable(TABLE, SETTINGS);
    await remove();
  });

  it("refuses what it does not have by name", async () => {
    const update = client.send(new UpdateTableCommand({ TableName: TABLE, DeletionProtectionEnabled: false }));
    await expect(update).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining("UpdateTable"),
    });
  });
});

describe("who may do what (P1, P9)", () => {
  it("asks for each action on the table's or index's own ARN, and refuses what is not allowed", async () => {
    const { authorize, asked } = createAuthorize((request) => request.action === "dynamodb:Query");
    await endpoint.close();
    endpoint = await SignedEndpoint.open();
    dynamodb = endpoint.serve(await createDynamoDb(endpoint.context(authorize)));
    await dynamodb.putTable(TABLE, SETTINGS);
    client = new DynamoDBClient(endpoint.clientOptions(roleNamed("status")));

    await queryOpen();
    await expect(put("a")).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`not authorized to perform: dynamodb:PutItem on resource: ${ARN} because`),
    });
    const transaction = client.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: TABLE, Item: { jobId: { S: "a" } } } }] }),
    );
    await expect(transaction).rejects.toMatchObject({ name: "AccessDeniedException" });

    expect(asked.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      `dynamodb:Query ${ARN}/index/abandoned`,
      `dynamodb:PutItem ${ARN}`,
      `dynamodb:PutItem ${ARN}`,
    ]);
  });

  it("refuses a forged signature", async () => {
    const credentials = { ...endpoint.credentials.issue(roleNamed("x")), secretAccessKey: "guessed" };
    const forger = new DynamoDBClient({ ...endpoint.clientOptions(), credentials });

    const listed = forger.send(new ListTablesCommand({}));

    await expect(listed).rejects.toMatchObject({ name: "InvalidSignatureException" });
    forger.destroy();
  });
});
