import { setTimeout } from "node:timers/promises";
import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { CreateQueueCommand, DeleteQueueCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { ClientFactory, type Endpoint } from "../clients.ts";
import type { Clients, Credentials, Target } from "../target.ts";
import type { BucketSpec, QueueId, QueueSpec, RoleId, RoleSpec, TableSpec, World } from "../world.ts";

export interface AccountOptions {
  readonly name: "moto" | "aws";
  readonly version?: string;
  readonly endpoint: Endpoint;
  readonly owner: Credentials;
  readonly world: World;
  readonly withoutFunctions: string;
  /** How long to go on with what AWS refuses until it has heard of what was just made. 0: it knows at once. */
  readonly settleMs: number;
}

/** Makes the world by API calls. Whatever happens, `close` removes what was made; a failed start has removed it. */
export async function openAccount(options: AccountOptions): Promise<Target> {
  const builder = new AccountBuilder(options);
  try {
    return await builder.build();
  } catch (error) {
    await builder.close();
    throw error;
  }
}

class AccountBuilder {
  readonly #options: AccountOptions;
  readonly #factory: ClientFactory;
  readonly #owner: Clients;
  readonly #iam: IAMClient;
  readonly #urls = new Map<string, string>();
  /** What was made, the latest last. */
  readonly #made: { readonly what: string; remove(): Promise<unknown> }[] = [];

  constructor(options: AccountOptions) {
    const { endpoint, owner } = options;
    this.#options = options;
    this.#factory = new ClientFactory(endpoint);
    this.#owner = this.#factory.connect(owner);
    const { region, url } = endpoint;
    this.#iam = new IAMClient({ region, credentials: { ...owner }, ...(url !== undefined && { endpoint: url }) });
  }

  async build(): Promise<Target> {
    const { name, version, owner, world, withoutFunctions } = this.#options;
    const { queues, buckets, roles, table } = world;
    // In order: a dead-letter queue stands before the queues that name it.
    for (const queue of Object.values(queues)) await this.#createQueue(queue);
    await allEnded([
      this.#createTable(table),
      ...Object.values(buckets).map((bucket) => this.#createBucket(bucket)),
      ...Object.values(roles).map((role) => this.#createRole(role)),
    ]);
    const sessions = await Promise.all(
      Object.entries(roles).map(async ([id, role]) => [id, await this.#assume(role)] as const),
    );
    return {
      ...this.#owner,
      name,
      ...(version !== undefined && { version }),
      world,
      withoutFunctions,
      owner,
      roles: Object.fromEntries(sessions) as Record<RoleId, Credentials>,
      queueUrl: (id: QueueId) => this.#urls.get(queues[id].name) ?? "",
      connect: (credentials, clockOffsetMs) => this.#factory.connect(credentials, clockOffsetMs),
      close: () => this.close(),
    };
  }

  /** Removes everything that it can, then tells of what is left. */
  async close(): Promise<void> {
    const left: string[] = [];
    for (const { what, remove } of this.#made.splice(0).reverse())
      await remove().catch((error: unknown) => left.push(`${what}: ${String(error)}`));
    this.#iam.destroy();
    this.#factory.destroy();
    if (left.length > 0) throw new Error(`These could not be removed; remove them by hand:\n${left.join("\n")}`);
  }

  /** Noted before it is made: a call that is cut off may have made it all the same. */
  async #make(what: string, create: () => Promise<unknown>, remove: () => Promise<unknown>): Promise<void> {
    this.#made.push({ what, remove: () => remove().catch(unlessGone) });
    await create();
  }

  async #createQueue({ name, attributes, policy }: QueueSpec): Promise<void> {
    const { sqs } = this.#owner;
    const Attributes = { ...attributes, ...(policy && { Policy: toDocument(policy) }) };
    const remove = () => {
      const QueueUrl = this.#urls.get(name);
      return QueueUrl ? sqs.send(new DeleteQueueCommand({ QueueUrl })) : Promise.resolve();
    };
    await this.#make(
      `queue ${name}`,
      async () => {
        const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
        this.#urls.set(name, QueueUrl);
      },
      remove,
    );
  }

  async #createBucket(bucket: BucketSpec): Promise<void> {
    const { s3 } = this.#owner;
    const Bucket = bucket.name;
    const { region } = this.#options.world;
    const location = { LocationConstraint: region as BucketLocationConstraint };
    // us-east-1 is the one region that must not be named.
    const CreateBucketConfiguration = region === "us-east-1" ? undefined : location;
    await this.#make(
      `bucket ${Bucket}`,
      () =>
        s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectOwnership: "BucketOwnerEnforced" })),
      () => removeBucket(s3, Bucket),
    );
    const block = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: block }));
    if (bucket.isVersioned)
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    if (bucket.corsOrigin)
      await s3.send(
        new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [toCorsRule(bucket.corsOrigin)] } }),
      );
    if (bucket.policy) await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: toDocument(bucket.policy) }));
    if (bucket.announcements) await this.#announce(Bucket, bucket.announcements);
  }

  #announce(Bucket: string, announcements: Readonly<Record<string, QueueId>>): Promise<unknown> {
    const QueueConfigurations = Object.entries(announcements).map(([prefix, queue]) => ({
      QueueArn: this.#options.world.queues[queue].arn,
      Events: ["s3:ObjectCreated:*" as const],
      Filter: { Key: { FilterRules: [{ Name: "prefix" as const, Value: prefix }] } },
    }));
    const NotificationConfiguration = { QueueConfigurations };
    const put = new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration });
    return this.#insist(() => this.#owner.s3.send(put));
  }

  async #createTable({ name, hashKey, ttlAttribute, index }: TableSpec): Promise<void> {
    const { dynamoDb } = this.#owner;
    const create = new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: hashKey, KeyType: "HASH" }],
      AttributeDefinitions: [
        { AttributeName: hashKey, AttributeType: "S" },
        { AttributeName: index.hashKey, AttributeType: "S" },
        { AttributeName: index.rangeKey, AttributeType: "N" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: [
            { AttributeName: index.hashKey, KeyType: "HASH" },
            { AttributeName: index.rangeKey, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    await this.#make(
      `table ${name}`,
      () => dynamoDb.send(create),
      () => removeTable(dynamoDb, name),
    );
    await waitUntilTableExists({ client: dynamoDb, maxWaitTime: 120, minDelay: 1 }, { TableName: name });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: ttlAttribute };
    await dynamoDb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }

  async #createRole({ name, policy }: RoleSpec): Promise<void> {
    const trust = {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${this.#options.world.accountId}:root` },
      Action: "sts:AssumeRole",
    };
    const AssumeRolePolicyDocument = toDocument([trust]);
    const role = { RoleName: name, PolicyName: "parity" };
    await this.#make(
      `role ${name}`,
      () => this.#iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument })),
      () => this.#iam.send(new DeleteRoleCommand(role)),
    );
    await this.#make(
      `policy of role ${name}`,
      () => this.#iam.send(new PutRolePolicyCommand({ ...role, PolicyDocument: toDocument(policy) })),
      () => this.#iam.send(new DeleteRolePolicyCommand(role)),
    );
  }

  async #assume({ name, arn }: RoleSpec): Promise<Credentials> {
    const assume = new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: "darkroom-parity" });
    const { Credentials: given } = await this.#insist(() => this.#owner.sts.send(assume));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = given ?? {};
    if (!accessKeyId || !secretAccessKey || !sessionToken) throw new Error(`${name}: no credentials were given.`);
    return { accessKeyId, secretAccessKey, sessionToken };
  }

  /** AWS takes its time to tell all its parts of a new role or policy. */
  async #insist<T>(call: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#options.settleMs;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await setTimeout(2000);
      }
    }
  }
}

/** As Promise.all, but a failure is told when none is under way any more: what is made meanwhile must be removed, too. */
async function allEnded(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((task) => task.status === "rejected");
  if (failed) throw failed.reason;
}

function toDocument(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function toCorsRule(origin: string) {
  return {
    AllowedOrigins: [origin],
    AllowedMethods: ["POST", "PUT"],
    AllowedHeaders: ["content-type", "if-none-match"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 3600,
  };
}

/** Its versions and delete markers first; uploads in parts go with it. */
async function removeBucket(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) break;
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

/** AWS refuses to delete a table while it is still being made. */
async function removeTable(client: DynamoDBClient, TableName: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await client.send(new DeleteTableCommand({ TableName }));
      return;
    } catch (error) {
      if (!(error instanceof ResourceInUseException) || tries === 60) throw error;
      await setTimeout(2000);
    }
  }
}

const GONE = /^(NoSuch|QueueDoesNotExist|ResourceNotFound|NotFound)/;

function unlessGone(error: unknown): void {
  if (!(error instanceof Error && GONE.test(error.name))) throw error;
}
