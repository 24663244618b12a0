import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../local/service.ts";
import type { QueueSettings, SqsService } from "../../../../local/services/sqs/seam.ts";
import { createSqs } from "../../../../local/services/sqs/sqs-service.ts";
import {
  ACCOUNT,
  ADMINISTRATOR,
  createAuthorize,
  REGION,
  roleNamed,
  SignedEndpoint,
} from "../../protocol/aws-json/signed-endpoint.ts";

const SETTINGS: QueueSettings = {
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 345_600,
  delaySeconds: 0,
  maxMessageSize: 262_144,
  receiveWaitTimeSeconds: 0,
};
const arnOf = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

let endpoint: SignedEndpoint;
let sqs: SqsService;
let client: SQSClient;
let url: string;

beforeEach(async () => {
  endpoint = await SignedEndpoint.open();
  sqs = endpoint.serve(await createSqs(endpoint.context()));
  client = new SQSClient(endpoint.clientOptions());
  url = (await sqs.putQueue("work", SETTINGS)).url;
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

const send = (MessageBody: string, more = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: url, MessageBody, ...more }));
const receive = async (more = {}) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ["All"], ...more })))
    .Messages ?? [];
const counts = async (QueueUrl = url) => {
  const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const number = (name: keyof typeof Attributes) => Number(Attributes[name]);
  return [
    number("ApproximateNumberOfMessages"),
    number("ApproximateNumberOfMessagesNotVisible"),
    number("ApproximateNumberOfMessagesDelayed"),
  ];
};

describe("a message", () => {
  it("arrives whole, with its checksums verified by the SDK, attributes and times", async () => {
    const sent = await send("grüße ✓", {
      MessageAttributes: {
        kind: { DataType: "String", StringValue: "image" },
        bytes: { DataType: "Binary", BinaryValue: Buffer.from([1, 2, 255]) },
        size: { DataType: "Number", StringValue: "42" },
      },
    });

    const [message] = await receive({ MessageAttributeNames: ["All"] });

    expect(message?.MessageId).toBe(sent.MessageId);
    expect(message?.Body).toBe("grüße ✓");
    expect(message?.MessageAttributes?.bytes?.BinaryValue).toEqual(new Uint8Array([1, 2, 255]));
    expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message?.Attributes?.ApproximateReceiveCount).toBe("1");
    expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(1_600_000_000_000);
    expect(message?.Attributes?.SenderId).toBe("administrator");
  });

  it("has the attribute checksum that AWS documents", async () => {
    const sent = await send("This is a test message", {
      MessageAttributes: { test_attribute_name_1: { DataType: "String", StringValue: "test_attribute_value_1" } },
    });

    // The value that botocore's and moto's suites hold AWS's algorithm against is made from the same layout.
    expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
    expect(sent.MD5OfMessageBody).toBe("fafb00f5732ab283681e124bf8747ed1");
  });

  it("is invisible to others while in flight, and visible again after its timeout", async () => {
    await send("once");
    await receive();

    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 1, 0]);

    endpoint.aheadMs += 30_001;
    const [again] = await receive();
    expect(again?.Attributes?.ApproximateReceiveCount).toBe("2");
  });

  it("is gone once deleted, even after its visibility timeout, and deleting again is harmless", async () => {
    await send("x");
    const [message] = await receive();
    endpoint.aheadMs += 31_000;

    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));

    expect(await counts()).toEqual([0, 0, 0]);
  });

  it("is not deleted by the handle of an earlier receive", async () => {
    await send("x");
    const [first] = await receive();
    endpoint.aheadMs += 31_000;
    await receive();

    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));

    expect(await counts()).toEqual([0, 1, 0]);
    const late = client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 5 }),
    );
    await expect(late).rejects.toMatchObject({ name: "MessageNotInflight" });
  });

  it("can be given back at once, and kept longer, by ChangeMessageVisibility", async () => {
    await send("x");
    const [message] = await receive();
    const hide = (VisibilityTimeout: number, ReceiptHandle = message?.ReceiptHandle) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }));

    await hide(100);
    endpoint.aheadMs += 60_000;
    expect(await receive()).toEqual([]);
    await hide(0);

    const [again] = await receive();
    expect(again?.Body).toBe("x");
    await expect(hide(43_201, again?.ReceiptHandle)).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });

  it("is hidden with others in one ChangeMessageVisibilityBatch, which names those that it cannot hide", async () => {
    for (const body of ["soon", "later", "out of range", "deleted"]) await send(body);
    const received = await receive({ MaxNumberOfMessages: 10 });
    const entryOf = (Id: string, body: string, VisibilityTimeout: number) => {
      const { ReceiptHandle } = received.find(({ Body }) => Body === body) ?? {};
      return { Id, ReceiptHandle, VisibilityTimeout };
    };
    const deleted = entryOf("gone", "deleted", 5);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: deleted.ReceiptHandle }));

    const answer = await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: [entryOf("a", "soon", 5), entryOf("b", "later", 100), entryOf("c", "out of range", 43_201), deleted],
      }),
    );

    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
    expect(answer.Failed).toMatchObject([
      { Id: "c", SenderFault: true, Code: "InvalidParameterValue" },
      { Id: "gone", SenderFault: true, Code: "MessageNotInflight" },
    ]);
    endpoint.aheadMs += 6_000;
    const [soon, ...others] = await receive({ MaxNumberOfMessages: 10 });
    expect([soon?.Body, others]).toEqual(["soon", []]);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: soon?.ReceiptHandle }));
    // The queue's own timeout is over: what could not be told keeps to it.
    endpoint.aheadMs += 30_000;
    expect((await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual(["out of range"]);
    expect(await counts()).toEqual([0, 2, 0]);
  });

  it("waits out its delay, its own before the queue's", async () => {
    await send("later", { DelaySeconds: 10 });
    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 1]);

    endpoint.aheadMs += 10_001;

    expect(await receive()).toHaveLength(1);
  });

  it("is forgotten after the retention period", async () => {
    await send("old");
    endpoint.aheadMs += 345_601_000;

    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it("is refused when empty, too large or with characters that XML forbids", async () => {
    await expect(send("")).rejects.toMatchObject({ name: "MissingParameter" });
    await expect(send("x".repeat(262_145))).rejects.toMatchObject({
      name: "InvalidParameterValue",
      message: "One or more parameters are invalid. Reason: Message must be shorter than 262144 bytes.",
    });
    await expect(send("a\u0000b")).rejects.toMatchObject({ name: "InvalidMessageContents" });
    await send("x".repeat(262_144));
  });
});

describe("long polling", () => {
  it("answers as soon as a message is sent", async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    const start = performance.now();
    await send("now");

    expect(await waiting).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("sees a visibility timeout that ends while it waits", async () => {
    await send("x");
    await receive({ VisibilityTimeout: 1 });

    expect(await receive({ WaitTimeSeconds: 5 })).toHaveLength(1);
  });

  it("takes nothing for a client that has gone", async () => {
    const gone = new AbortController();
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }), {
      abortSignal: gone.signal,
    });
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    await new Promise((resolve) => setTimeout(resolve, 50));

    await send("for the next");

    expect(await counts()).toEqual([1, 0, 0]);
  });
});

describe("a batch", () => {
  it("sends, receives and deletes up to ten, and lists a bad entry alone", async () => {
    const Entries = [..."abcdefghi"].map((Id) => ({ Id, MessageBody: Id }));
    const result = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: [...Entries, { Id: "bad", MessageBody: "\u0001" }] }),
    );

    expect(result.Successful).toHaveLength(9);
    expect(result.Failed).toEqual([
      expect.objectContaining({ Id: "bad", Code: "InvalidMessageContents", SenderFault: true }),
    ]);

    const messages = await receive({ MaxNumberOfMessages: 10 });
    const handles = messages.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle }));
    const deleted = await client.send(
      new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [...handles, { Id: "odd", ReceiptHandle: "bm9wZQ==" }] }),
    );
    expect(deleted.Successful).toHaveLength(9);
    expect(deleted.Failed).toEqual([expect.objectContaining({ Id: "odd", Code: "ReceiptHandleIsInvalid" })]);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it("is refused whole when empty, over ten, over a mebibyte or with an id twice", async () => {
    const sendBatch = (bodies: readonly string[], id = (index: number) => `m${index}`) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: bodies.map((MessageBody, index) => ({ Id: id(index), MessageBody })),
        }),
      );

    await expect(sendBatch([])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(sendBatch(Array(11).fill("x"))).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequest" });
    await expect(sendBatch(["x", "y"], () => "same")).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
    await expect(sendBatch(Array(5).fill("x".repeat(262_144)))).rejects.toMatchObject({ name: "BatchRequestTooLong" });
  });
});

describe("redrive", () => {
  const redrivePolicy = { deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 3 };
  let deadUrl: string;

  beforeEach(async () => {
    deadUrl = (await sqs.putQueue("dead", SETTINGS)).url;
    await sqs.putQueue("work", { ...SETTINGS, redrivePolicy });
  });

  const exhaust = async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await receive()).toHaveLength(1);
      endpoint.aheadMs += 31_000;
    }
  };
  const receiveDead = async () =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl: deadUrl, MessageSystemAttributeNames: ["All"] })))
      .Messages;

  it("moves a message to the dead letters at the receive after the last allowed one, as itself", async () => {
    const { MessageId } = await send("poison");
    await exhaust();

    expect(await receive()).toEqual([]);

    const [dead] = (await receiveDead()) ?? [];
    expect(dead?.MessageId).toBe(MessageId);
    expect(dead?.Attributes).toMatchObject({ DeadLetterQueueSourceArn: arnOf("work"), ApproximateReceiveCount: "4" });
  });

  it("keeps the message where the dead letters' redrive allow policy does not name its queue", async () => {
    await send("poison");
    await sqs.configureQueue(arnOf("dead"), {
      redriveAllowPolicy: { redrivePermission: "byQueue", sourceQueueArns: [arnOf("other")] },
    });
    await exhaust();

    expect(await receive()).toHaveLength(1);
    expect(await receiveDead()).toBeUndefined();
    await expect(sqs.configureQueue(arnOf("work"), { redrivePolicy })).rejects.toThrow("RedrivePolicy is invalid");
  });

  it("names its sources, and moves dead letters back", async () => {
    await send("poison");
    await exhaust();
    await receive();
    const sources = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadUrl }));
    expect(sources.queueUrls).toEqual([url]);

    await client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf("dead") }));
    const tasks = await client.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf("dead") }));
    expect(tasks.Results).toMatchObject([{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1 }]);

    const [back] = await receive();
    expect(back?.Body).toBe("poison");
    expect(back?.Attributes?.ApproximateReceiveCount).toBe("1");
    expect(await counts(deadUrl)).toEqual([0, 0, 0]);
  });

  it("refuses a target that does not exist", async () => {
    const wrong = { deadLetterTargetArn: arnOf("nowhere"), maxReceiveCount: 3 };
    await expect(sqs.configureQueue(arnOf("work"), { redrivePolicy: wrong })).rejects.toThrow(
      "Dead letter target does not exist",
    );
  });
});

describe("a queue", () => {
  it("is found by name and listed by prefix", async () => {
    await sqs.putQueue("other", SETTINGS);

    expect((await client.send(new GetQueueUrlCommand({ QueueName: "work" }))).QueueUrl).toBe(url);
    expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: "wo" }))).QueueUrls).toEqual([url]);
    const missing = client.send(new GetQueueUrlCommand({ QueueName: "nope" }));
    await expect(missing).rejects.toMatchObject({ name: "QueueDoesNotExist" });
  });

  it("takes attributes within AWS's ranges and refuses others by name", async () => {
    const set = (Attributes: Record<string, string>) =>
      client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));

    await set({ VisibilityTimeout: "7", Policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) });

    const names = ["VisibilityTimeout", "Policy", "QueueArn"] as const;
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
    );
    expect(Attributes).toEqual({
      QueueArn: arnOf("work"),
      VisibilityTimeout: "7",
      Policy: '{"Version":"2012-10-17","Statement":[]}',
    });
    await expect(set({ VisibilityTimeout: "43201" })).rejects.toMatchObject({ name: "InvalidAttributeValue" });
    await expect(set({ Colour: "red" })).rejects.toMatchObject({ name: "InvalidAttributeName" });
  });

  it("is emptied by PurgeQueue, at most once a minute", async () => {
    await send("x");
    await client.send(new PurgeQueueCommand({ QueueUrl: url }));

    expect(await counts()).toEqual([0, 0, 0]);
    const again = client.send(new PurgeQueueCommand({ QueueUrl: url }));
    await expect(again).rejects.toMatchObject({ name: "PurgeQueueInProgress" });
  });

  it("refuses an operation that it does not have by name", async () => {
    const { CreateQueueCommand } = await import("@aws-sdk/client-sqs");
    const create = client.send(new CreateQueueCommand({ QueueName: "new" }));
    await expect(create).rejects.toMatchObject({
      name: "UnsupportedOperation",
      message: expect.stringContaining("CreateQueue"),
    });
  });
});

describe("who may do what (P1, P9)", () => {
  it("refuses every call that no policy allows, and asks with the queue's ARN and policy", async () => {
    const asked: AccessRequest[] = [];
    const { authorize } = createAuthorize((request) => {
      asked.push(request);
      return request.action === "sqs:SendMessage";
    });
    await endpoint.close();
    endpoint = await SignedEndpoint.open();
    sqs = endpoint.serve(await createSqs(endpoint.context(authorize)));
    const policy = { Version: "2012-10-17", Statement: [] };
    url = (await sqs.putQueue("work", { ...SETTINGS, policy })).url;
    const worker = new SQSClient(endpoint.clientOptions(roleNamed("worker")));

    await worker.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x" }));
    const refused = worker.send(new ReceiveMessageCommand({ QueueUrl: url }));

    await expect(refused).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:"),
      $metadata: { httpStatusCode: 403 },
    });
    await expect(sqs.receive(roleNamed("worker"), arnOf("work"), { maxMessages: 1, waitSeconds: 0 })).rejects.toThrow(
      "not authorized",
    );
    expect(asked[0]).toMatchObject({ resource: arnOf("work"), resourcePolicy: policy });
    worker.destroy();
  });

  it("refuses a request whose signature is forged, and one without a signature", async () => {
    const credentials = { ...endpoint.credentials.issue(ADMINISTRATOR), secretAccessKey: "guessed" };
    const forger = new SQSClient({ ...endpoint.clientOptions(), credentials });

    const forged = forger.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x" }));
    await expect(forged).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });

    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ListQueues" };
    const unsigned = await fetch(endpoint.url, { method: "POST", headers, body: "{}" });
    expect(unsigned.status).toBe(403);
    expect(await counts()).toEqual([0, 0, 0]);
    forger.destroy();
  });
});
