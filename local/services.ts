import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * The seams inside the laptop runtime. Each service stands in a folder of its own and knows the others only through
 * these types; `local/start.ts` joins them.
 */

/** Who signs a request. The runtime makes every one of them; keys are made anew for each state folder. */
export type Principal =
  /** The owner of `.darkroom/aws.env`: may do everything that a resource policy does not deny. */
  | { readonly type: "administrator"; readonly arn: string }
  /** A role: what its policies allow, nothing else. `arn` is the role's. */
  | { readonly type: "role"; readonly arn: string }
  /** AWS itself, on behalf of a resource: `cloudfront.amazonaws.com` for a distribution. Only resource policies allow it. */
  | { readonly type: "service"; readonly service: string; readonly sourceArn: string; readonly sourceAccount: string }
  | { readonly type: "anonymous" };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface CredentialStore {
  /** The same credentials for the same principal, for the life of the state folder. */
  issue(principal: Principal): Credentials;
  find(accessKeyId: string): { readonly credentials: Credentials; readonly principal: Principal } | undefined;
}

/** `Version`/`Statement` of an IAM policy, parsed and checked. */
export type PolicyDocument = { readonly Version?: string; readonly Statement: readonly unknown[] };

export interface AccessRequest {
  readonly principal: Principal;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Condition keys as IAM names them: `aws:SecureTransport`, `s3:prefix`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy of the bucket, queue or function that is touched, where it has one. */
  readonly resourcePolicy?: PolicyDocument;
}

export interface AccessDecision {
  readonly allowed: boolean;
  /** For the log and the AccessDenied message, in AWS's words: "no identity-based policy allows the s3:PutObject action". */
  readonly reason: string;
}

/** IAM. Explicit deny wins; otherwise identity or resource policy must allow. Every denial is logged by the caller. */
export type Authorize = (request: AccessRequest) => AccessDecision;

/** One JSON line in `.darkroom/logs/` and on the terminal. Never a secret, a token or a signed URL. */
export type Log = (
  line: {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly source: string;
    readonly message: string;
  } & Record<string, unknown>,
) => void;

/** Time that tests can move. Milliseconds since 1970. */
export interface RuntimeClock {
  now(): number;
}

/** What every service is given. */
export interface ServiceContext {
  readonly region: string;
  readonly accountId: string;
  /** This service's own folder for state; it exists. What is acknowledged survives `kill -9`. */
  readonly directory: string;
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
  readonly log: Log;
  readonly clock: RuntimeClock;
}

/**
 * A service behind the one signed endpoint on 127.0.0.1. The endpoint routes by the credential scope of the signature
 * (S3 where there is none); the service verifies the signature with `local/sigv4` and asks `authorize`.
 */
export interface AwsService {
  /** The service's name in a credential scope: `s3`, `sqs`, `dynamodb`. */
  readonly name: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whether anything that the service holds lets pages of this origin in. @default nothing does */
  listsOrigin?(origin: string): boolean;
  /** The stack has declared all it has, and nothing is served yet: what only an earlier stack declared is taken back. */
  dropUndeclared?(): Promise<void>;
  /** Finishes what is under way and lets go of its files. */
  stop(): Promise<void>;
}

/** What a bucket's Terraform resources say of it, in the words of the S3 API. */
export interface BucketSettings {
  readonly versioning?: "Enabled" | "Suspended";
  readonly cors?: readonly CorsRule[];
  readonly lifecycle?: readonly LifecycleRule[];
  readonly publicAccessBlock?: Readonly<
    Record<"blockPublicAcls" | "ignorePublicAcls" | "blockPublicPolicy" | "restrictPublicBuckets", boolean>
  >;
  readonly objectOwnership?: "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";
  readonly encryption?: { readonly algorithm: "AES256" | "aws:kms"; readonly bucketKeyEnabled?: boolean };
  readonly policy?: PolicyDocument;
  readonly notifications?: readonly QueueNotification[];
}

export interface CorsRule {
  readonly id?: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** Days count from the object's creation; the sweep runs hourly and when `expireObjects` is called. */
export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly expirationDays?: number;
  readonly expiredObjectDeleteMarker?: boolean;
  readonly noncurrentVersionExpirationDays?: number;
  readonly abortIncompleteMultipartUploadDays?: number;
}

export interface QueueNotification {
  readonly id: string;
  readonly queueArn: string;
  /** `s3:ObjectCreated:*` */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface S3Service extends AwsService {
  /** Creates the bucket where it is missing; objects of an existing one stay. */
  putBucket(bucket: string): Promise<void>;
  /** Lays these settings over the bucket's own; a setting set to undefined is removed. Sends `s3:TestEvent` as S3 does. */
  configureBucket(bucket: string, settings: BucketSettings): Promise<void>;
  /** Writes an object as Terraform's `aws_s3_object` would: from a file, without an event where it is unchanged. */
  seedObject(
    bucket: string,
    key: string,
    object: {
      readonly body: Buffer | { readonly path: string };
      readonly contentType?: string;
      readonly cacheControl?: string;
    },
  ): Promise<{ readonly eTag: string; readonly versionId?: string }>;
  /** Applies lifecycle rules now, by the clock. */
  expireObjects(): Promise<void>;
}

/** Hands an S3 event to its queue; false when the queue's policy or absence forbids it. Given to S3 when it is made. */
export type DeliverToQueue = (queueArn: string, sourceArn: string, body: string) => Promise<boolean>;

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

export interface TableSettings {
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly attributes: readonly { readonly name: string; readonly type: "S" | "N" | "B" }[];
  readonly globalSecondaryIndexes: readonly {
    readonly name: string;
    readonly hashKey: string;
    readonly rangeKey?: string;
    readonly projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
    readonly nonKeyAttributes?: readonly string[];
  }[];
  /** The attribute that holds a row's time of death, epoch seconds. */
  readonly ttlAttribute?: string;
  readonly deletionProtection: boolean;
}

export interface DynamoDbService extends AwsService {
  putTable(name: string, settings: TableSettings): Promise<{ readonly arn: string }>;
}

export interface LogsService extends AwsService {
  /** Declares a log group; its lines are those that the runtime logs under its name. */
  putLogGroup(name: string, settings: { readonly retentionDays?: number | undefined }): { readonly arn: string };
  /** A function may only write to a group that the stack declares (threats.md P4). */
  hasLogGroup(name: string): boolean;
}

export interface FunctionSettings {
  readonly name: string;
  /** The built zip. */
  readonly zipPath: string;
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly ephemeralStorageMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly layerArns: readonly string[];
  readonly reservedConcurrency?: number;
  readonly logGroup: string;
  /** As `logging_config` says; text and every level by default. */
  readonly logFormat?: "Text" | "JSON";
  readonly logLevel?: string;
}

export type InvokeResult =
  | { readonly outcome: "ok"; readonly payload: unknown }
  /** The handler threw, timed out, ran out of memory or its process died; `errorType` as Lambda names it. */
  | { readonly outcome: "error"; readonly errorType: string; readonly errorMessage: string }
  /** No free place under the reserved or account concurrency. */
  | { readonly outcome: "throttled" };

export interface LambdaService extends AwsService {
  putLayer(
    name: string,
    zipPath: string,
  ): Promise<{ readonly arn: string; readonly layerArn: string; readonly version: number }>;
  putFunction(settings: FunctionSettings): Promise<{ readonly arn: string }>;
  /** A statement of the function's resource policy (`aws_lambda_permission`). */
  addPermission(functionArn: string, statement: Readonly<Record<string, unknown>>): void;
  /** Checked against the function's resource policy for a service, and the role's policies for a role. */
  invoke(principal: Principal, functionArn: string, event: unknown): Promise<InvokeResult>;
  /** The same without an answer, as services that do not wait do it; a call that fails is tried twice more. */
  invokeLater(principal: Principal, functionArn: string, event: unknown): void;
  /** Polls the queue as the function's role and calls it with batches. */
  startEventSourceMapping(mapping: {
    readonly functionArn: string;
    readonly queueArn: string;
    readonly batchSize: number;
    readonly maximumBatchingWindowSeconds: number;
    readonly reportBatchItemFailures: boolean;
    readonly maximumConcurrency?: number;
  }): Promise<{ readonly uuid: string; stop(): Promise<void> }>;
}
