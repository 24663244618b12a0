import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue/index.js";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy/index.js";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy/index.js";
import { type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import { withLogicalId } from "../support/logical-id.ts";
import {
  ACTIONS,
  denyPlainHttp,
  type Grantee,
  policyDocument,
  type ResourceStatement,
} from "../support/permissions.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";
import type { AlarmTopic } from "./alarm-topic.ts";

export interface WorkQueueProps {
  /** Up to 63 characters; its dead letters' queue is called the same with `-dead-letters`. */
  readonly queueName: string;
  /** The timeout of the function that consumes it, 1–900 s. A message is hidden for six times that, unless it says otherwise. */
  readonly consumerTimeoutSeconds: number;
  /** The timeout of the function that consumes its dead letters, 1–900 s. */
  readonly deadLetterConsumerTimeoutSeconds: number;
  /** How often a message is tried before it is a dead letter, 1–1000. @default 5 */
  readonly maxReceiveCount?: number;
  /** Who is told, and of how old an oldest message, in seconds. @default nobody */
  readonly alarms?: QueueAlarms | undefined;
}

export interface QueueAlarms {
  readonly topic: AlarmTopic;
  readonly oldestMessageSeconds: number;
}

/**
 * AWS's own advice: a batch may be tried again inside the mapping, and must not reappear meanwhile (threats.md E8).
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_PER_TIMEOUT = 6;
/** AWS's advice for the same queue, at least five: a killed worker costs each neighbour in its batch a try, too. */
const DEFAULT_MAX_RECEIVE_COUNT = 5;
const DAY_SECONDS = 86_400;
/** Dead letters outlive messages, whose age goes on counting when they move. */
const MESSAGE_RETENTION_SECONDS = 4 * DAY_SECONDS;
const DEAD_LETTER_RETENTION_SECONDS = 14 * DAY_SECONDS;

const RULES: readonly Rule<WorkQueueProps>[] = [
  {
    holds: ({ queueName }) => /^[A-Za-z0-9_-]{1,63}$/.test(queueName),
    problem: ({ queueName }) => `queueName "${queueName}" must be 1 to 63 letters, digits, hyphens and underscores`,
  },
  {
    holds: ({ consumerTimeoutSeconds }) => isWholeBetween(consumerTimeoutSeconds, 1, 900),
    problem: ({ consumerTimeoutSeconds }) =>
      `consumerTimeoutSeconds is ${consumerTimeoutSeconds}; it must be a whole number from 1 to 900`,
  },
  {
    holds: ({ deadLetterConsumerTimeoutSeconds }) => isWholeBetween(deadLetterConsumerTimeoutSeconds, 1, 900),
    problem: ({ deadLetterConsumerTimeoutSeconds }) =>
      `deadLetterConsumerTimeoutSeconds is ${deadLetterConsumerTimeoutSeconds}; it must be a whole number from 1 to 900`,
  },
  {
    holds: ({ maxReceiveCount = DEFAULT_MAX_RECEIVE_COUNT }) => isWholeBetween(maxReceiveCount, 1, 1000),
    problem: ({ maxReceiveCount }) => `maxReceiveCount is ${maxReceiveCount}; it must be a whole number from 1 to 1000`,
  },
];

/** One SQS queue that a function may consume. */
export class ConsumableQueue {
  constructor(
    /** `resize_dead_letters` */
    readonly logicalId: string,
    readonly arn: string,
    readonly url: string,
  ) {}

  /** Receives and deletes messages, as an event source mapping does with its function's role. */
  grantConsume(grantee: Grantee): void {
    this.grant(grantee, "Consume", ACTIONS.consumeMessages);
  }

  /** Says when messages in hand come back. */
  grantHide(grantee: Grantee): void {
    this.grant(grantee, "Hide", ACTIONS.hideMessages);
  }

  private grant(grantee: Grantee, verb: string, actions: readonly string[]): void {
    const name = this.logicalId.replaceAll(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    grantee.addStatement({ Sid: `${verb}${name}`, Effect: "Allow", Action: actions, Resource: this.arn });
  }
}

/**
 * Work that is never lost: an encrypted queue whose messages are tried a set number of times and then kept for two
 * weeks as dead letters, which no other queue can send to.
 */
export class WorkQueue extends Construct {
  readonly arn: string;
  readonly queueName: string;
  readonly deadLettersName: string;
  readonly messages: ConsumableQueue;
  readonly deadLetters: ConsumableQueue;
  /** The Terraform id, too. */
  readonly id: string;
  private readonly statements: ResourceStatement[] = [];
  private readonly policy: SqsQueuePolicy;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, `${id}-queue`);
    validateProps(this, props, RULES);
    this.id = id;
    const deadLetters = this.createDeadLetterQueue(props);
    const queue = this.createQueue(props, deadLetters);
    this.arn = queue.arn;
    this.queueName = queue.name;
    this.deadLettersName = deadLetters.name;
    this.messages = new ConsumableQueue(id, queue.arn, queue.url);
    this.deadLetters = new ConsumableQueue(this.deadLettersId, deadLetters.arn, deadLetters.url);
    this.policy = this.createPolicy(queue);
    this.createDeadLetterPolicy(deadLetters);
    this.createRedriveAllowPolicies(queue, deadLetters);
    if (props.alarms) this.createAlarms(props.alarms);
  }

  /** Lets one bucket announce objects here, and returns what must exist before it is told to (threats.md P2). */
  allowBucket(bucketArn: string, accountId: string): ITerraformDependable {
    this.statements.push({
      Sid: "AnnounceObjects",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: ACTIONS.sendMessages,
      Resource: this.arn,
      Condition: { ArnEquals: { "aws:SourceArn": bucketArn }, StringEquals: { "aws:SourceAccount": accountId } },
    });
    return this.policy;
  }

  private get deadLettersId(): string {
    return `${this.id}_dead_letters`;
  }

  private createDeadLetterQueue(props: WorkQueueProps): SqsQueue {
    return withLogicalId(
      new SqsQueue(this, "dead-letters", {
        name: `${props.queueName}-dead-letters`,
        visibilityTimeoutSeconds: props.deadLetterConsumerTimeoutSeconds * VISIBILITY_PER_TIMEOUT,
        messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
        sqsManagedSseEnabled: true,
      }),
      this.deadLettersId,
    );
  }

  private createQueue(props: WorkQueueProps, deadLetters: SqsQueue): SqsQueue {
    return withLogicalId(
      new SqsQueue(this, "queue", {
        name: props.queueName,
        visibilityTimeoutSeconds: props.consumerTimeoutSeconds * VISIBILITY_PER_TIMEOUT,
        messageRetentionSeconds: MESSAGE_RETENTION_SECONDS,
        sqsManagedSseEnabled: true,
        redrivePolicy: JSON.stringify({
          deadLetterTargetArn: deadLetters.arn,
          maxReceiveCount: props.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT,
        }),
      }),
      this.id,
    );
  }

  private createPolicy(queue: SqsQueue): SqsQueuePolicy {
    this.statements.push(denyPlainHttp("sqs:*", [queue.arn]));
    return withLogicalId(
      new SqsQueuePolicy(this, "policy", {
        queueUrl: queue.url,
        policy: Lazy.stringValue({ produce: () => policyDocument(this.statements) }),
      }),
      this.id,
    );
  }

  private createDeadLetterPolicy(deadLetters: SqsQueue): void {
    withLogicalId(
      new SqsQueuePolicy(this, "dead-letters-policy", {
        queueUrl: deadLetters.url,
        policy: policyDocument([denyPlainHttp("sqs:*", [deadLetters.arn])]),
      }),
      this.deadLettersId,
    );
  }

  private createAlarms({ topic, oldestMessageSeconds }: QueueAlarms): void {
    const metric = { namespace: "AWS/SQS", statistic: "Maximum" } as const;
    const ofDeadLetters = { QueueName: this.deadLettersName };
    topic.createAlarm(this, {
      id: `${this.id}_age`,
      meaning: `The oldest message of the queue ${this.id} waits for too long.`,
      runbook: "queueAge",
      metric: { ...metric, name: "ApproximateAgeOfOldestMessage", dimensions: { QueueName: this.queueName } },
      atLeast: oldestMessageSeconds,
    });
    topic.createAlarm(this, {
      id: this.deadLettersId,
      meaning: `Dead letters of the queue ${this.id} stay, so that nobody ends their jobs.`,
      runbook: "deadLetters",
      metric: { ...metric, name: "ApproximateNumberOfMessagesVisible", dimensions: ofDeadLetters },
      // One that settle fails on is hidden for nearly all of the time, and would never be seen otherwise.
      plus: { ...metric, name: "ApproximateNumberOfMessagesNotVisible", dimensions: ofDeadLetters },
      atLeast: 1,
      // Their consumer takes them within seconds. SQS counts once a minute: with a longer period the two would not be of one moment.
      periodSeconds: 60,
      periods: 10,
    });
  }

  private createRedriveAllowPolicies(queue: SqsQueue, deadLetters: SqsQueue): void {
    withLogicalId(
      new SqsQueueRedriveAllowPolicy(this, "dead-letters-redrive-allow", {
        queueUrl: deadLetters.url,
        redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [queue.arn] }),
      }),
      this.deadLettersId,
    );
    withLogicalId(
      new SqsQueueRedriveAllowPolicy(this, "redrive-allow", {
        queueUrl: queue.url,
        redriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }),
      }),
      this.id,
    );
  }
}
