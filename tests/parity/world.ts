/**
 * What the probes stand on: buckets, queues, a table and roles, as plain data. The laptop reads it as Terraform, every
 * other target makes it by API calls. A probe that changes something has it for itself, so that probes run at once.
 */
export interface World {
  readonly accountId: string;
  readonly region: string;
  readonly buckets: Readonly<Record<BucketId, BucketSpec>>;
  readonly queues: Readonly<Record<QueueId, QueueSpec>>;
  readonly table: TableSpec;
  readonly roles: Readonly<Record<RoleId, RoleSpec>>;
  /** Made only where functions can run. */
  readonly consumer: FunctionSpec;
}

export interface BucketSpec {
  readonly name: string;
  readonly isVersioned?: boolean;
  readonly corsOrigin?: string;
  readonly policy?: readonly object[];
  /** By key prefix: the queue that is told of new objects. */
  readonly announcements?: Readonly<Record<string, QueueId>>;
}

export interface QueueSpec {
  readonly name: string;
  readonly arn: string;
  /** By the API's names; the Terraform resource's names follow from them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly policy?: readonly object[];
}

export interface TableSpec {
  readonly name: string;
  readonly hashKey: string;
  readonly ttlAttribute: string;
  readonly index: { readonly name: string; readonly hashKey: string; readonly rangeKey: string };
}

export interface RoleSpec {
  readonly name: string;
  readonly arn: string;
  readonly policy: readonly object[];
}

/** A function of one module, `index.mjs`, that consumes a queue and reports its failures one by one. */
export interface FunctionSpec {
  readonly name: string;
  readonly code: string;
  readonly timeoutSeconds: number;
  readonly consumes: QueueId;
  readonly rolePolicy: readonly object[];
}

export type BucketId = "media" | "guarded" | "overTls";
export type QueueId = (typeof PLAIN_QUEUES)[number] | keyof typeof EVENT_QUEUES | SpecialQueue;
export type RoleId = "worker" | "reader";
type SpecialQueue =
  | "consumed"
  | "consumedDead"
  | "elsewhere"
  | "small"
  | "retried"
  | "dead"
  | "moved"
  | "movedDead"
  | "sealedDead";

const PLAIN_QUEUES = ["hidden", "released", "delayed", "awaited", "batch", "stranger"] as const;
/** By queue: the prefix of the keys that it hears of. */
export const EVENT_QUEUES = {
  heardOfFirst: "first/",
  heardOfNames: "names/",
  heardOfForms: "forms/",
  heardOfParts: "parts/",
  heardOfPrefix: "prefix/in/",
  heardOfNothing: "nothing/",
} as const;

/** The page that may upload, as `uploadOrigins` of a Darkroom bucket names it. */
export const PAGE_ORIGIN = "https://page.example";
/** A queue's own limit on messages. */
export const SMALL_MESSAGE_BYTES = 1024;
export const MAX_RECEIVE_COUNT = 2;
/** Lambda refuses a queue that shows a message again before its function has timed out. */
const CONSUMER_TIMEOUT_SECONDS = 3;

/** Names begin with `prefix`; bucket names must be unique in the world. */
export function describeWorld(account: { readonly accountId: string; readonly region: string }, prefix: string): World {
  const { accountId, region } = account;
  const queueArn = (id: QueueId): string => `arn:aws:sqs:${region}:${accountId}:${queueName(prefix, id)}`;
  const bucketName = (id: BucketId): string => `${prefix}-${id.toLowerCase()}`;
  const table = describeTable(prefix);
  const tableArn = `arn:aws:dynamodb:${region}:${accountId}:table/${table.name}`;
  return {
    accountId,
    region,
    buckets: describeBuckets(bucketName),
    queues: describeQueues(prefix, queueArn, bucketArn(bucketName("media")), accountId),
    table,
    roles: describeRoles(accountId, prefix, bucketArn(bucketName("media")), tableArn),
    consumer: describeConsumer(prefix, queueArn("consumed")),
  };
}

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

function queueName(prefix: string, id: QueueId): string {
  return `${prefix}-${id}`;
}

function describeBuckets(name: (id: BucketId) => string): World["buckets"] {
  const everybody = { Principal: "*", Action: "s3:GetObject" };
  const guarded = (path: string): string => `${bucketArn(name("guarded"))}/${path}`;
  const overTls = bucketArn(name("overTls"));
  return {
    media: {
      name: name("media"),
      isVersioned: true,
      corsOrigin: PAGE_ORIGIN,
      announcements: Object.fromEntries(
        Object.entries(EVENT_QUEUES).map(([queue, prefix]) => [prefix, queue as QueueId]),
      ),
    },
    guarded: {
      name: name("guarded"),
      policy: [
        { Sid: "Closed", Effect: "Deny", ...everybody, Resource: guarded("closed/*") },
        {
          Sid: "ClosedLongAgo",
          Effect: "Deny",
          ...everybody,
          Resource: guarded("open/*"),
          Condition: { DateLessThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } },
        },
      ],
    },
    overTls: {
      name: name("overTls"),
      policy: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [overTls, `${overTls}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    },
  };
}

function describeQueues(
  prefix: string,
  arnOf: (id: QueueId) => string,
  mediaArn: string,
  accountId: string,
): World["queues"] {
  const queue = (id: QueueId, attributes: QueueSpec["attributes"] = {}, policy?: readonly object[]): QueueSpec => ({
    name: queueName(prefix, id),
    arn: arnOf(id),
    attributes,
    ...(policy && { policy }),
  });
  const redrive = (id: QueueId, maxReceiveCount: number) => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(id), maxReceiveCount }),
  });
  const announces = (id: QueueId, bucket: string): object => ({
    Sid: "AnnounceObjects",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: arnOf(id),
    Condition: { ArnEquals: { "aws:SourceArn": bucket }, StringEquals: { "aws:SourceAccount": accountId } },
  });
  const plain = PLAIN_QUEUES.map((id) => [id, queue(id)] as const);
  const listening = (Object.keys(EVENT_QUEUES) as (keyof typeof EVENT_QUEUES)[]).map(
    (id) => [id, queue(id, {}, [announces(id, mediaArn)])] as const,
  );
  return {
    ...(Object.fromEntries(plain) as Record<(typeof PLAIN_QUEUES)[number], QueueSpec>),
    ...(Object.fromEntries(listening) as Record<keyof typeof EVENT_QUEUES, QueueSpec>),
    elsewhere: queue("elsewhere", {}, [announces("elsewhere", `${mediaArn}-of-somebody-else`)]),
    small: queue("small", { MaximumMessageSize: String(SMALL_MESSAGE_BYTES) }),
    // Targets stand before the queues that name them: AWS refuses a target that does not exist.
    dead: queue("dead", {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arnOf("retried")] }),
    }),
    movedDead: queue("movedDead"),
    consumedDead: queue("consumedDead"),
    sealedDead: queue("sealedDead", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) }),
    retried: queue("retried", redrive("dead", MAX_RECEIVE_COUNT)),
    moved: queue("moved", redrive("movedDead", 1)),
    consumed: queue("consumed", {
      ...redrive("consumedDead", MAX_RECEIVE_COUNT),
      VisibilityTimeout: String(CONSUMER_TIMEOUT_SECONDS),
    }),
  };
}

/** Fails what is called `bad`, and does the rest. */
function describeConsumer(prefix: string, queueArn: string): FunctionSpec {
  return {
    name: `${prefix}-consumer`,
    code: `export const handler = async ({ Records }) => {
      const bad = Records.filter(({ body }) => body === "bad");
      return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };`,
    timeoutSeconds: CONSUMER_TIMEOUT_SECONDS,
    consumes: "consumed",
    rolePolicy: [
      {
        Effect: "Allow",
        Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        Resource: queueArn,
      },
    ],
  };
}

/** As Darkroom's table of jobs. */
function describeTable(prefix: string): TableSpec {
  return {
    name: `${prefix}-jobs`,
    hashKey: "jobId",
    ttlAttribute: "forgetAt",
    index: { name: "abandoned", hashKey: "openStatus", rangeKey: "abandonedAt" },
  };
}

function describeRoles(accountId: string, prefix: string, mediaArn: string, tableArn: string): World["roles"] {
  const role = (id: RoleId, policy: readonly object[]): RoleSpec => ({
    name: `${prefix}-${id}`,
    arn: `arn:aws:iam::${accountId}:role/${prefix}-${id}`,
    policy,
  });
  const allow = (Action: string | readonly string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
  return {
    worker: role("worker", [
      allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], `${mediaArn}/work/*`),
      { Effect: "Deny", Action: "s3:GetObject", Resource: `${mediaArn}/work/secret/*` },
      allow("dynamodb:GetItem", tableArn),
    ]),
    reader: role("reader", [allow("s3:GetObject", `${mediaArn}/work/*`), allow("s3:ListBucket", mediaArn)]),
  };
}
