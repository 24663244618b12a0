import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import type { LocalResource } from "../../../../local/model/resources/resource.ts";
import type { StackRuntime } from "../../../../local/runtime.ts";
import type { Services } from "../../../../local/services/index.ts";
import { awsS3Bucket } from "../../../../local/services/s3/resources/aws-s3-bucket.ts";
import { awsS3BucketCorsConfiguration } from "../../../../local/services/s3/resources/aws-s3-bucket-cors-configuration.ts";
import { awsS3BucketLifecycleConfiguration } from "../../../../local/services/s3/resources/aws-s3-bucket-lifecycle-configuration.ts";
import { awsS3BucketNotification } from "../../../../local/services/s3/resources/aws-s3-bucket-notification.ts";
import { awsS3BucketOwnershipControls } from "../../../../local/services/s3/resources/aws-s3-bucket-ownership-controls.ts";
import { awsS3BucketPolicy } from "../../../../local/services/s3/resources/aws-s3-bucket-policy.ts";
import { awsS3BucketPublicAccessBlock } from "../../../../local/services/s3/resources/aws-s3-bucket-public-access-block.ts";
import { awsS3BucketServerSideEncryptionConfiguration } from "../../../../local/services/s3/resources/aws-s3-bucket-server-side-encryption-configuration.ts";
import { awsS3BucketVersioning } from "../../../../local/services/s3/resources/aws-s3-bucket-versioning.ts";
import { awsS3Object } from "../../../../local/services/s3/resources/aws-s3-object.ts";
import { ACCOUNT, REGION, startS3, type TestS3 } from "./s3-fixture.ts";

const bucket = "declared";
let s3: TestS3;
let stackFolder: string;

beforeEach(async () => {
  s3 = await startS3();
  stackFolder = mkdtempSync(join(tmpdir(), "darkroom-stack-"));
  onTestFinished(() => rmSync(stackFolder, { recursive: true }));
});

/** As the runtime does: the schema first, then the start. */
async function start<Config>(type: LocalResource<StackRuntime & Services, Config>, input: object) {
  const config = await type.schema.parseAsync(input);
  const runtime = { s3: s3.service, region: REGION, accountId: ACCOUNT, stackFolder } as unknown as StackRuntime &
    Services;
  return type.start({ address: `${type.type}.test`, config }, runtime);
}

const Bucket = bucket;
const send = async (command: object) => s3.client().send(command as GetBucketVersioningCommand) as Promise<object>;

it("a bucket and each of its settings are what the stack declares", async () => {
  const { attributes } = await start(awsS3Bucket, { bucket, force_destroy: true });
  await start(awsS3BucketVersioning, { bucket, versioning_configuration: { status: "Enabled" } });
  await start(awsS3BucketOwnershipControls, { bucket, rule: { object_ownership: "BucketOwnerEnforced" } });
  await start(awsS3BucketPublicAccessBlock, { bucket, block_public_policy: true });
  const AES256 = { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } };
  await start(awsS3BucketServerSideEncryptionConfiguration, { bucket, rule: [AES256] });
  const cors_rule = [
    { id: "upload", allowed_origins: ["https://a"], allowed_methods: ["PUT"], expose_headers: ["ETag"] },
  ];
  await start(awsS3BucketCorsConfiguration, { bucket, cors_rule });
  await start(awsS3BucketLifecycleConfiguration, {
    bucket,
    rule: [
      { id: "a", status: "Enabled", filter: [{ prefix: "" }], expiration: [{ days: 14 }] },
      {
        id: "b",
        status: "Enabled",
        filter: [{ prefix: "x/" }],
        noncurrent_version_expiration: [{ noncurrent_days: 3 }],
      },
    ],
  });

  expect(attributes).toMatchObject({ id: bucket, arn: `arn:aws:s3:::${bucket}` });
  expect(attributes.bucket_regional_domain_name).toBe(`${bucket}.s3.${REGION}.amazonaws.com`);
  expect(await send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: "Enabled" });
  expect(await send(new GetBucketOwnershipControlsCommand({ Bucket }))).toMatchObject({
    OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
  });
  expect(await send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
    PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: false },
  });
  expect(await send(new GetBucketEncryptionCommand({ Bucket }))).toHaveProperty("ServerSideEncryptionConfiguration");
  expect(await send(new GetBucketCorsCommand({ Bucket }))).toMatchObject({
    CORSRules: [{ ID: "upload", AllowedOrigins: ["https://a"], AllowedMethods: ["PUT"], ExposeHeaders: ["ETag"] }],
  });
  expect(await send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).toMatchObject({
    Rules: [
      { ID: "a", Expiration: { Days: 14 } },
      { ID: "b", Filter: { Prefix: "x/" }, NoncurrentVersionExpiration: { NoncurrentDays: 3 } },
    ],
  });
});

it("a policy and notifications are what the stack declares", async () => {
  await start(awsS3Bucket, { bucket });
  const Statement = [
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
  await start(awsS3BucketPolicy, { bucket, policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  const queue_arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:resize`;
  await start(awsS3BucketNotification, {
    bucket,
    queue: [{ queue_arn, events: ["s3:ObjectCreated:*"], filter_prefix: "image/" }],
  });

  const { Policy = "" } = (await send(new GetBucketPolicyCommand({ Bucket }))) as { Policy?: string };
  expect(JSON.parse(Policy).Statement).toEqual(Statement);
  expect(await send(new GetBucketNotificationConfigurationCommand({ Bucket }))).toMatchObject({
    QueueConfigurations: [
      { QueueArn: queue_arn, Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "image/" }] } } },
    ],
  });
  expect(s3.delivered).toMatchObject([{ queueArn: queue_arn, body: { Event: "s3:TestEvent" } }]);
});

it("an object is written from a file of the stack or from its content, as it was declared", async () => {
  await start(awsS3Bucket, { bucket });
  writeFileSync(join(stackFolder, "index.html"), "<p>");
  const page = {
    bucket,
    key: "index.html",
    source: "index.html",
    content_type: "text/html",
    cache_control: "no-cache",
  };
  const { attributes } = await start(awsS3Object, page);
  await start(awsS3Object, { bucket, key: "config.json", content: "{}", content_type: "application/json" });

  const answer = await s3.client().send(new GetObjectCommand({ Bucket, Key: "index.html" }));
  expect(await answer.Body?.transformToString()).toBe("<p>");
  expect(answer).toMatchObject({ ContentType: "text/html", CacheControl: "no-cache", ETag: `"${attributes.etag}"` });
});

it("what would not be honoured is refused by name", async () => {
  const refusals: [LocalResource<StackRuntime & Services, never>, object, RegExp][] = [
    [awsS3Bucket as never, { bucket, website: {} }, /website/],
    [awsS3Bucket as never, { bucket, acl: "private" }, /acl/],
    [
      awsS3BucketLifecycleConfiguration as never,
      { bucket, rule: [{ id: "a", status: "Enabled", transition: [{ days: 1 }] }] },
      /transition/,
    ],
    [
      awsS3BucketLifecycleConfiguration as never,
      { bucket, rule: [{ id: "a", status: "Disabled" }] },
      /leave a rule out/,
    ],
    [awsS3BucketNotification as never, { bucket, queue: [], lambda_function: [{}] }, /lambda_function/],
    [awsS3Object as never, { bucket, key: "a" }, /either source or content/],
    [awsS3Object as never, { bucket, key: "a", content: "x", acl: "public-read" }, /acl/],
  ];
  for (const [type, config, message] of refusals) await expect(start(type, config)).rejects.toThrow(message);
});

it("a setting that the stack no longer declares is gone after the next start, and its versions stay", async () => {
  await start(awsS3Bucket, { bucket });
  await start(awsS3BucketVersioning, { bucket, versioning_configuration: { status: "Enabled" } });
  await start(awsS3BucketCorsConfiguration, {
    bucket,
    cors_rule: [{ allowed_origins: ["https://a"], allowed_methods: ["PUT"] }],
  });
  await start(awsS3BucketOwnershipControls, { bucket, rule: { object_ownership: "BucketOwnerEnforced" } });
  await s3.service.dropUndeclared?.();
  await s3.client().send(new PutObjectCommand({ Bucket, Key: "a", Body: "1" }));
  const kept = await s3.client().send(new GetBucketCorsCommand({ Bucket }));

  await s3.restart();
  await start(awsS3Bucket, { bucket });
  await start(awsS3BucketOwnershipControls, { bucket, rule: { object_ownership: "BucketOwnerEnforced" } });
  await s3.service.dropUndeclared?.();

  expect(kept.CORSRules).toHaveLength(1);
  await expect(send(new GetBucketCorsCommand({ Bucket }))).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
  expect(await send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: "Suspended" });
  expect(await send(new GetBucketOwnershipControlsCommand({ Bucket }))).toMatchObject({
    OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
  });
  expect(await send(new GetObjectCommand({ Bucket, Key: "a" }))).toHaveProperty("VersionId");
});
