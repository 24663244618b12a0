import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { answerTo, orRefused } from "../answers.ts";
import { ACCEPTED, judge, type Probe } from "../probe.ts";
import { MAX_RECEIVE_COUNT, SMALL_MESSAGE_BYTES } from "../world.ts";
import { Queue } from "./queue.ts";

const GUIDE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide";
const API = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference";

export const SQS_PROBES: readonly Probe[] = [
  {
    id: "message-hidden",
    service: "SQS",
    behaviour: "A received message is hidden until its visibility timeout passes, then comes again and is counted.",
    source: `${GUIDE}/sqs-visibility-timeout.html`,
    async run(target) {
      const queue = new Queue(target, "hidden");
      await queue.send("work");
      const first = await queue.receive({ hiddenSeconds: 5 });
      const meanwhile = await queue.receive({ waitSeconds: 1 });
      const again = await queue.receive();
      return judge(
        ["the first receive", first?.Body ?? "nothing", "work"],
        ["a receive meanwhile", meanwhile?.Body ?? "nothing", "nothing"],
        ["a receive afterwards", again?.Body ?? "nothing", "work"],
        ["its count", again?.Attributes?.ApproximateReceiveCount ?? "none", "2"],
      );
    },
  },
  {
    id: "message-released",
    service: "SQS",
    behaviour: "ChangeMessageVisibility with 0 shows a received message again at once.",
    source: `${API}/API_ChangeMessageVisibility.html`,
    async run(target) {
      const queue = new Queue(target, "released");
      await queue.send("work");
      const first = await queue.receive({ hiddenSeconds: 600 });
      if (!first) return judge(["the first receive", "nothing", "work"]);
      await queue.hide(first, 0);
      return judge(["the next receive", await queue.take(), "work"]);
    },
  },
  {
    id: "message-redriven",
    service: "SQS",
    behaviour:
      "A message that was received maxReceiveCount times moves to the dead-letter queue, with its id and body.",
    source: `${GUIDE}/sqs-dead-letter-queues.html`,
    async run(target) {
      const queue = new Queue(target, "retried");
      const { MessageId } = await queue.send("poison");
      for (let count = 1; count <= MAX_RECEIVE_COUNT; count += 1) {
        const message = await queue.receive({ hiddenSeconds: 0 });
        if (!message) return judge([`receive ${count}`, "nothing", "poison"]);
      }
      const after = await queue.receive({ waitSeconds: 2 });
      const dead = await new Queue(target, "dead").receive();
      return judge(
        ["one receive more", after?.Body ?? "nothing", "nothing"],
        ["the dead-letter queue", dead?.Body ?? "nothing", "poison"],
        ["its id", dead?.MessageId === MessageId ? "the same" : "another", "the same"],
      );
    },
  },
  {
    id: "redrive-refused",
    service: "SQS",
    behaviour: "A dead-letter queue whose redrive allow policy denies a source cannot be made that queue's target.",
    source: `${API}/API_SetQueueAttributes.html`,
    async run(target) {
      const { queues } = target.world;
      const aim = (deadLetterTargetArn: string) =>
        answerTo(
          target.sqs.send(
            new SetQueueAttributesCommand({
              QueueUrl: target.queueUrl("stranger"),
              Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 }) },
            }),
          ),
        );
      return judge(
        ["a target that denies all", orRefused(await aim(queues.sealedDead.arn)), "refused"],
        ["a target that names another source", orRefused(await aim(queues.dead.arn)), "refused"],
      );
    },
  },
  {
    id: "letters-moved-back",
    service: "SQS",
    behaviour: "StartMessageMoveTask moves dead letters back to the queue that they came from.",
    source: `${API}/API_StartMessageMoveTask.html`,
    async run(target) {
      const queue = new Queue(target, "moved");
      await queue.send("second chance");
      await queue.receive({ hiddenSeconds: 0 });
      await queue.receive({ waitSeconds: 2 });
      const dead = new Queue(target, "movedDead");
      const letter = await dead.receive({ hiddenSeconds: 0 });
      const SourceArn = target.world.queues.movedDead.arn;
      const task = await answerTo(target.sqs.send(new StartMessageMoveTaskCommand({ SourceArn })));
      if (task !== ACCEPTED) return judge(["StartMessageMoveTask", task, ACCEPTED]);
      return judge(
        ["the dead-letter queue", letter?.Body ?? "nothing", "second chance"],
        ["the queue afterwards", await queue.take(), "second chance"],
      );
    },
  },
  {
    id: "batch-partial",
    service: "SQS",
    behaviour: "A batch is answered entry by entry: what is wrong with one leaves the others done.",
    source: `${API}/API_DeleteMessageBatch.html`,
    async run(target) {
      const queue = new Queue(target, "batch");
      await queue.send("work");
      const message = await queue.receive();
      const { Successful = [], Failed = [] } = await target.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: "good", ReceiptHandle: message?.ReceiptHandle },
            { Id: "bad", ReceiptHandle: "no receipt handle" },
          ],
        }),
      );
      return judge(
        ["done", Successful.map(({ Id }) => Id).join(", ") || "none", "good"],
        ["failed", Failed.map(({ Id, Code }) => `${Id}: ${Code}`).join(", ") || "none", "bad: ReceiptHandleIsInvalid"],
      );
    },
  },
  {
    id: "batch-too-long",
    service: "SQS",
    behaviour: "A batch of more than ten messages is refused whole.",
    source: `${API}/API_SendMessageBatch.html`,
    async run(target) {
      const send = (count: number) => {
        const Entries = Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: "work" }));
        return answerTo(
          target.sqs.send(new SendMessageBatchCommand({ QueueUrl: target.queueUrl("stranger"), Entries })),
        );
      };
      return judge(["eleven", await send(11), "TooManyEntriesInBatchRequest"], ["ten", await send(10), ACCEPTED]);
    },
  },
  {
    id: "message-delayed",
    service: "SQS",
    behaviour: "A message with a delay is hidden until it has passed.",
    source: `${GUIDE}/sqs-message-timers.html`,
    async run(target) {
      const queue = new Queue(target, "delayed");
      await queue.send("later", { DelaySeconds: 5 });
      return judge(["within the delay", await queue.take(1), "nothing"], ["after it", await queue.take(), "later"]);
    },
  },
  {
    id: "message-awaited",
    service: "SQS",
    behaviour: "A long poll of an empty queue waits, and ends as soon as a message comes.",
    source: `${GUIDE}/sqs-short-and-long-polling.html`,
    async run(target) {
      const queue = new Queue(target, "awaited");
      const startedAt = performance.now();
      const awaited = queue.take(15);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await queue.send("news");
      const body = await awaited;
      const seconds = (performance.now() - startedAt) / 1000;
      return judge(
        ["what came", body, "news"],
        ["when", seconds < 1 ? "before it was sent" : seconds > 10 ? "at the poll's end" : "soon", "soon"],
      );
    },
  },
  {
    id: "message-too-long",
    service: "SQS",
    behaviour: "A message longer than the queue's MaximumMessageSize is refused.",
    source: `${API}/API_SetQueueAttributes.html`,
    async run(target) {
      const queue = new Queue(target, "small");
      return judge(
        ["one byte too many", orRefused(await answerTo(queue.send("x".repeat(SMALL_MESSAGE_BYTES + 1)))), "refused"],
        ["the longest", await answerTo(queue.send("x".repeat(SMALL_MESSAGE_BYTES))), ACCEPTED],
      );
    },
  },
  {
    id: "unknown-queue",
    service: "SQS",
    behaviour: "A queue that does not exist is answered with QueueDoesNotExist.",
    source: `${API}/API_GetQueueUrl.html`,
    async run(target) {
      const QueueName = `${target.world.queues.hidden.name}-not-there`;
      const url = target.queueUrl("hidden").replace(target.world.queues.hidden.name, QueueName);
      const { sqs } = target;
      return judge(
        ["by name", await answerTo(sqs.send(new GetQueueUrlCommand({ QueueName }))), "QueueDoesNotExist"],
        [
          "by address",
          await answerTo(sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x" }))),
          "QueueDoesNotExist",
        ],
      );
    },
  },
];
