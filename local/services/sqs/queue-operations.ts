import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { JsonInput } from "../../protocol/aws-json/signed-json.ts";
import { invalidParameter } from "./message.ts";
import type { QueueCall, QueueOperation } from "./message-operations.ts";
import type { Queue } from "./queue.ts";
import { describeQueue, parseQueueAttributes, selectAttributes } from "./queue-attributes.ts";

/** AWS lets a queue be purged once a minute. */
const PURGE_INTERVAL_MS = 60_000;
const purgedAt = new WeakMap<Queue, number>();

interface MoveTask {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly moved: number;
  readonly destinationArn: string | undefined;
}

/** As many as AWS remembers. */
const MAX_MOVE_TASKS = 10;
const moveTasks = new WeakMap<Queue, readonly MoveTask[]>();

function purge(queue: Queue): object {
  const last = purgedAt.get(queue) ?? Number.NEGATIVE_INFINITY;
  if (performance.now() - last < PURGE_INTERVAL_MS)
    throw new AwsError(
      "PurgeQueueInProgress",
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      {
        status: 403,
        namespace: "com.amazonaws.sqs",
        queryCode: "AWS.SimpleQueueService.PurgeQueueInProgress",
      },
    );
  purgedAt.set(queue, performance.now());
  queue.purge();
  return {};
}

function getAttributes(queue: Queue, input: JsonInput): object {
  const names = Array.isArray(input.AttributeNames) ? input.AttributeNames.map(String) : [];
  return { Attributes: selectAttributes(describeQueue(queue), names) };
}

function setAttributes(queue: Queue, input: JsonInput, { store }: QueueCall): object {
  const { Attributes } = input;
  if (typeof Attributes !== "object" || Attributes === null)
    throw new AwsError("MissingRequiredParameterException", "The request must contain the parameter Attributes.", {
      queryCode: "MissingParameter",
    });
  store.configure(queue, parseQueueAttributes(Attributes as Record<string, unknown>));
  return {};
}

/**
 * Moves every visible message of a dead-letter queue at once: to DestinationArn, or each back to where it came from.
 * The rate that AWS lets one choose has no meaning here, and the task is over before the answer is sent.
 */
export function startMessageMoveTask(input: JsonInput, { store, principal }: QueueCall): object {
  const source = store.get(String(input.SourceArn ?? ""));
  for (const action of ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"])
    store.authorize(principal, action, source);
  const destination = input.DestinationArn === undefined ? undefined : store.get(String(input.DestinationArn));
  const isDeadLetterQueue = store
    .list()
    .some((queue) => queue.settings.redrivePolicy?.deadLetterTargetArn === source.arn);
  if (!isDeadLetterQueue) throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
  let moved = 0;
  source.drain((message) => {
    const { DeadLetterQueueSourceArn = "", ...system } = message.system;
    const target = destination ?? store.get(DeadLetterQueueSourceArn);
    store.authorize(principal, "SendMessage", target);
    const { id, body, attributes, sentAt } = message;
    target.put({ id, body, attributes, system, sentAt, visibleAt: 0, receiveCount: 0 });
    moved += 1;
  });
  const task = { startedAt: Date.now(), moved, destinationArn: destination?.arn };
  moveTasks.set(source, [task, ...(moveTasks.get(source) ?? [])].slice(0, MAX_MOVE_TASKS));
  return { TaskHandle: Buffer.from(`${source.arn} ${task.startedAt}`).toString("base64") };
}

/** The queue's latest tasks, newest first: all of them over, as moving takes no time here. Forgotten at the next start. */
export function listMessageMoveTasks(input: JsonInput, { store, principal }: QueueCall): object {
  const source = store.get(String(input.SourceArn ?? ""));
  store.authorize(principal, "ListMessageMoveTasks", source);
  const { MaxResults = 1 } = input;
  if (!Number.isInteger(MaxResults) || Number(MaxResults) < 1 || Number(MaxResults) > MAX_MOVE_TASKS)
    throw invalidParameter(`Value ${String(MaxResults)} for parameter MaxResults is invalid. Reason: Must be 1 to 10.`);
  const Results = (moveTasks.get(source) ?? []).slice(0, Number(MaxResults)).map((task) => ({
    Status: "COMPLETED",
    SourceArn: source.arn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.moved,
    StartedTimestamp: task.startedAt,
  }));
  return { Results };
}

/** Operations on a queue itself; each needs the IAM action of its name. */
export const QUEUE_OPERATIONS: Readonly<Record<string, QueueOperation>> = {
  GetQueueAttributes: getAttributes,
  SetQueueAttributes: setAttributes,
  PurgeQueue: purge,
};
