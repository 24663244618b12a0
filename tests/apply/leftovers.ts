import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientSettings, type Target } from "./target.ts";

/** What a stack's own state does not know any more, asked of the account: buckets, queues, tables, roles and log groups of dev. */
export async function listLeftovers(target: Target, { region }: { readonly region: string }): Promise<string[]> {
  const settings = clientSettings(target.variables, region);
  const s3 = new S3Client({ ...settings, forcePathStyle: target.isEmulator });
  const sqs = new SQSClient(settings);
  const dynamoDb = new DynamoDBClient(settings);
  const iam = new IAMClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "darkroom-dev-" }));
    const { TableNames = [] } = await dynamoDb.send(new ListTablesCommand({}));
    const { Roles = [] } = await iam.send(new ListRolesCommand({ MaxItems: 1000 }));
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/" }));
    const names = [Buckets.map((it) => it.Name), QueueUrls, TableNames, Roles.map((it) => it.RoleName)].flat();
    return [...names, ...logGroups.map((it) => it.logGroupName)]
      .filter((name) => name !== undefined)
      .filter((name) => /(^|\/)darkroom-dev-/.test(name));
  } finally {
    for (const client of [s3, sqs, dynamoDb, iam, logs]) client.destroy();
  }
}
