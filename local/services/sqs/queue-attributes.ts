import * as z from "zod";
import type { PolicyDocument } from "../../iam/policy.ts";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { Queue } from "./queue.ts";
import type { QueueSettings } from "./seam.ts";

/** The ranges of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const redrivePolicy = z.object({
  deadLetterTargetArn: z.string().startsWith("arn:aws:sqs:"),
  maxReceiveCount: wholeNumber(1, 1000),
});
const redriveAllowPolicy = z
  .object({
    redrivePermission: z.enum(["allowAll", "denyAll", "byQueue"]),
    sourceQueueArns: z.array(z.string()).min(1).max(10).optional(),
  })
  .refine(
    ({ redrivePermission, sourceQueueArns }) => (redrivePermission === "byQueue") === (sourceQueueArns !== undefined),
    "sourceQueueArns belongs to byQueue, and only to it",
  );
const policy = z.object({ Version: z.string().optional(), Statement: z.array(z.unknown()) });

/** The API's name of each attribute that can be set, and how its text becomes a setting; empty text removes a policy. */
const SETTABLE = {
  VisibilityTimeout: (text) => ({ visibilityTimeoutSeconds: wholeNumber(0, 43_200).parse(text) }),
  MessageRetentionPeriod: (text) => ({ messageRetentionSeconds: wholeNumber(60, 1_209_600).parse(text) }),
  DelaySeconds: (text) => ({ delaySeconds: wholeNumber(0, 900).parse(text) }),
  MaximumMessageSize: (text) => ({ maxMessageSize: wholeNumber(1024, 1_048_576).parse(text) }),
  ReceiveMessageWaitTimeSeconds: (text) => ({ receiveWaitTimeSeconds: wholeNumber(0, 20).parse(text) }),
  RedrivePolicy: (text) => ({ redrivePolicy: parseJson(redrivePolicy, text) }),
  RedriveAllowPolicy: (text) => ({ redriveAllowPolicy: parseJson(redriveAllowPolicy, text) }),
  Policy: (text) => ({ policy: parseJson<PolicyDocument>(policy, text) }),
} satisfies Record<string, (text: string) => Partial<QueueSettings>>;

function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  return text === "" ? undefined : schema.parse(JSON.parse(text));
}

/** Throws AwsError for an attribute that does not exist, can't be changed here or is out of range. */
export function parseQueueAttributes(attributes: Readonly<Record<string, unknown>>): Partial<QueueSettings> {
  return Object.assign({}, ...Object.entries(attributes).map(([name, value]) => parseQueueAttribute(name, value)));
}

function parseQueueAttribute(name: string, value: unknown): Partial<QueueSettings> {
  if (!Object.hasOwn(SETTABLE, name))
    throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`, { namespace: "com.amazonaws.sqs" });
  try {
    return SETTABLE[name as keyof typeof SETTABLE](z.string().parse(value));
  } catch {
    throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`, {
      namespace: "com.amazonaws.sqs",
    });
  }
}

/** The attributes of a queue as GetQueueAttributes tells them; all values are text. */
export function describeQueue(queue: Queue): Record<string, string> {
  const { settings } = queue;
  const { visible, inFlight, delayed } = queue.count();
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MaximumMessageSize: String(settings.maxMessageSize),
    MessageRetentionPeriod: String(settings.messageRetentionSeconds),
    DelaySeconds: String(settings.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWaitTimeSeconds),
    SqsManagedSseEnabled: "true",
    ...(settings.policy && { Policy: JSON.stringify(settings.policy) }),
    ...(settings.redrivePolicy && { RedrivePolicy: JSON.stringify(settings.redrivePolicy) }),
    ...(settings.redriveAllowPolicy && { RedriveAllowPolicy: JSON.stringify(settings.redriveAllowPolicy) }),
  };
}

const READ_ONLY = [
  "All",
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "SqsManagedSseEnabled",
];

/** Those of `attributes` that were asked for. Throws AwsError for a name that SQS does not know. */
export function selectAttributes(
  attributes: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  const unknown = names.find((name) => !READ_ONLY.includes(name) && !Object.hasOwn(SETTABLE, name));
  if (unknown !== undefined)
    throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`, { namespace: "com.amazonaws.sqs" });
  const wanted = Object.entries(attributes).filter(([name]) => names.includes("All") || names.includes(name));
  return Object.fromEntries(wanted);
}
