import { AwsError } from "../aws-json/aws-error.ts";
import type { JsonInput } from "../aws-json/signed-json.ts";
import { invalidParameter } from "./message.ts";
import type { QueueCall, QueueOperation } from "./message-operations.ts";
import type { Queue } from "./queue.ts";
import { describeQueue, parseQueueAttributes, selectAttributes } from "./queue-attributes.ts";

/** AWS lets a queue be purged once a minute. */
const PURGE_INTERVAL_MS = 60_000;
const purgedAt = new WeakMap<Queue, number>();

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
  source.drain((message) => {
    const { DeadLetterQueueSourceArn = "", ...system } = message.system;
    const target = destination ?? store.get(DeadLetterQueueSourceArn);
    store.authorize(principal, "SendMessage", target);
    const { id, body, attributes, sentAt } = message;
    target.put({ id, body, attributes, system, sentAt, visibleAt: 0, receiveCount: 0 });
  });
  return { TaskHandle: Buffer.from(`${source.arn} ${Date.now()}`).toString("base64") };
}

/** Operations on a queue itself; each needs the IAM action of its name. */
export const QUEUE_OPERATIONS: Readonly<Record<string, QueueOperation>> = {
  GetQueueAttributes: getAttributes,
  SetQueueAttributes: setAttributes,
  PurgeQueue: purge,
};
