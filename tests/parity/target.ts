import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { STSClient } from "@aws-sdk/client-sts";
import type { QueueId, RoleId, World } from "./world.ts";

export const TARGET_NAMES = ["laptop", "moto", "aws"] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Clients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly sts: STSClient;
}

/** An endpoint with the world on it, to be asked. The clients are of the account's owner. */
export interface Target extends Clients {
  readonly name: TargetName;
  /** Of what is asked, where it has one that matters: `5.2.1`. */
  readonly version?: string;
  readonly world: World;
  /** Why the world has no function here; where it has one, there is no reason. */
  readonly withoutFunctions?: string;
  readonly owner: Credentials;
  readonly roles: Readonly<Record<RoleId, Credentials>>;
  queueUrl(id: QueueId): string;
  /** The same endpoint for somebody else, or with a clock that is off; every call is tried once. */
  connect(credentials: Credentials, clockOffsetMs?: number): Clients;
  /** Removes the world, and ends what was started for it. */
  close(): Promise<void>;
}
