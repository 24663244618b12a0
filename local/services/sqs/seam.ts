import type { PolicyDocument } from "../../iam/policy.ts";
import type { AwsService, Principal } from "../../service.ts";

export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  readonly delaySeconds: number;
  readonly maxMessageSize: number;
  readonly receiveWaitTimeSeconds: number;
  readonly redrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
  readonly redriveAllowPolicy?: { readonly redrivePermission: string; readonly sourceQueueArns?: readonly string[] };
  readonly policy?: PolicyDocument;
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** ApproximateReceiveCount, SentTimestamp, SenderId, ApproximateFirstReceiveTimestamp. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
}

export interface SqsService extends AwsService {
  putQueue(name: string, settings: QueueSettings): Promise<{ readonly arn: string; readonly url: string }>;
  configureQueue(arn: string, settings: Partial<QueueSettings>): Promise<void>;
  /** Needs sqs:GetQueueAttributes, as an event source mapping does on AWS. */
  getQueueSettings(principal: Principal, queueArn: string): Promise<QueueSettings>;
  /** Checked against the queue's policy and the principal's. */
  send(principal: Principal, queueArn: string, body: string): Promise<void>;
  /**
   * Waits until there is a message, up to `waitSeconds` or until the signal aborts. What is received so is held by this
   * process: should it end before the message is deleted or released, the next start shows it at once, however long it was
   * hidden for.
   */
  receive(
    principal: Principal,
    queueArn: string,
    options: { readonly maxMessages: number; readonly waitSeconds: number; readonly signal?: AbortSignal },
  ): Promise<ReceivedMessage[]>;
  delete(principal: Principal, queueArn: string, receiptHandle: string): Promise<void>;
  changeVisibility(principal: Principal, queueArn: string, receiptHandle: string, seconds: number): Promise<void>;
  /** The receiver is done with a message that it did not delete: when it is seen again outlives this process. */
  release(queueArn: string, receiptHandle: string): void;
}
