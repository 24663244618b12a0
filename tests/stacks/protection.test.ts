import { describe, expect, it } from "vitest";
import { ENVIRONMENT_NAMES } from "../../stacks/support/environment.ts";
import { devWith } from "../support/environments.ts";
import { listStatements } from "./policies.ts";
import { ref, synthesizeStack } from "./synthesized.ts";

describe.each(ENVIRONMENT_NAMES)("every bucket of %s (P3)", (name) => {
  const stack = synthesizeStack(name);
  const buckets = stack.list("aws_s3_bucket").map(([id]) => id);

  it.each(buckets)("%s blocks public access in all four ways", (id) => {
    expect(stack.get(`aws_s3_bucket_public_access_block.${id}`)).toMatchObject({
      bucket: ref(`aws_s3_bucket.${id}.bucket`),
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });

  it.each(buckets)("%s is its owner's, encrypted, and refuses plain HTTP", (id) => {
    const arn = ref(`aws_s3_bucket.${id}.arn`);
    const [tlsOnly] = listStatements(stack)
      .filter(({ address }) => address === `aws_s3_bucket_policy.${id}`)
      .map(({ statement }) => statement);

    expect(stack.get(`aws_s3_bucket_ownership_controls.${id}`)).toMatchObject({
      rule: { object_ownership: "BucketOwnerEnforced" },
    });
    expect(stack.get(`aws_s3_bucket_server_side_encryption_configuration.${id}`)).toMatchObject({
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    });
    expect(tlsOnly).toEqual({
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  it.each(buckets)("%s forgets the parts of unfinished uploads (U5)", (id) => {
    const { rule } = stack.get(`aws_s3_bucket_lifecycle_configuration.${id}`) as { rule: object[] };

    expect(rule[0]).toMatchObject({
      status: "Enabled",
      filter: [{ prefix: "" }],
      abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
    });
  });
});

describe("the uploads bucket", () => {
  const stack = synthesizeStack("dev");

  it("keeps versions, and deletes sources and old versions in time (P3, E5)", () => {
    expect(stack.get("aws_s3_bucket_versioning.uploads")).toMatchObject({
      versioning_configuration: { status: "Enabled" },
    });
    expect(stack.get("aws_s3_bucket_lifecycle_configuration.uploads").rule).toMatchObject([
      { id: "abort-unfinished-uploads" },
      { id: "expire", expiration: [{ days: 7 }] },
      { id: "expire-noncurrent", noncurrent_version_expiration: [{ noncurrent_days: 1 }] },
      { id: "expire-markers", expiration: [{ expired_object_delete_marker: true }] },
    ]);
  });

  it("announces images to resize, videos and audio to convert, once the queues let it", () => {
    const notification = stack.get("aws_s3_bucket_notification.uploads");
    const to = (queue: string, prefix: string) =>
      expect.objectContaining({
        queue_arn: ref(`aws_sqs_queue.${queue}.arn`),
        events: ["s3:ObjectCreated:*"],
        filter_prefix: prefix,
      });

    expect(notification.queue).toEqual([to("resize", "image/"), to("convert", "video/"), to("convert", "audio/")]);
    expect(notification.depends_on).toEqual(["aws_sqs_queue_policy.resize", "aws_sqs_queue_policy.convert"]);
  });
});

describe("a queue", () => {
  const stack = synthesizeStack("dev");
  const queues = stack.list("aws_sqs_queue");

  it.each(queues)("%s is encrypted, and refuses plain HTTP", (id, body) => {
    const statements = listStatements(stack).filter(({ address }) => address === `aws_sqs_queue_policy.${id}`);

    expect(body.sqs_managed_sse_enabled).toBe(true);
    expect(statements[0]?.statement).toMatchObject({
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  it.each(queues)("%s hides a message for six times its consumer's timeout (E8)", (id, body) => {
    const { function_name } = stack.get(`aws_lambda_event_source_mapping.${id}`);
    const [, consumer] = /aws_lambda_function\.(\w+)\.arn/.exec(String(function_name)) ?? [];
    const { timeout } = stack.get(`aws_lambda_function.${consumer}`);

    expect(Number(body.visibility_timeout_seconds)).toBeGreaterThanOrEqual(6 * Number(timeout));
  });

  it.each(["resize", "convert"])(
    "%s gives a message up after five tries, to a queue that only it may fill (E7)",
    (id) => {
      const { redrive_policy } = stack.get(`aws_sqs_queue.${id}`);
      const { redrive_allow_policy } = stack.get(`aws_sqs_queue_redrive_allow_policy.${id}_dead_letters`);

      expect(JSON.parse(String(redrive_policy))).toEqual({
        deadLetterTargetArn: ref(`aws_sqs_queue.${id}_dead_letters.arn`),
        maxReceiveCount: 5,
      });
      expect(JSON.parse(String(redrive_allow_policy))).toEqual({
        redrivePermission: "byQueue",
        sourceQueueArns: [ref(`aws_sqs_queue.${id}.arn`)],
      });
    },
  );

  it.each([
    ["resize", "resize", 5, 10],
    ["convert", "convert", 1, 5],
    ["resize_dead_letters", "settle", 10, 2],
    ["convert_dead_letters", "settle", 10, 2],
  ])(
    "%s is consumed by %s, %i at a time, at most %i at once, failures alone coming back (E6)",
    (id, consumer, batch, cap) => {
      expect(stack.get(`aws_lambda_event_source_mapping.${id}`)).toMatchObject({
        event_source_arn: ref(`aws_sqs_queue.${id}.arn`),
        function_name: ref(`aws_lambda_function.${consumer}.arn`),
        batch_size: batch,
        scaling_config: { maximum_concurrency: cap },
        function_response_types: ["ReportBatchItemFailures"],
        depends_on: [`aws_iam_role_policy.${consumer}`],
      });
    },
  );

  it("keeps dead letters longer than messages, whose age they inherit", () => {
    const age = (id: string) => Number(stack.get(`aws_sqs_queue.${id}`).message_retention_seconds);

    expect(age("resize_dead_letters")).toBeGreaterThan(age("resize"));
    expect(age("convert_dead_letters")).toBeGreaterThan(age("convert"));
  });
});

describe("the jobs table (P4)", () => {
  const stack = synthesizeStack("prod");

  it("is paid per request, encrypted, restorable, and forgets rows in time", () => {
    expect(stack.get("aws_dynamodb_table.jobs")).toMatchObject({
      name: "darkroom-prod-media-jobs",
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "jobId",
      ttl: { attribute_name: "forgetAt", enabled: true },
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: true },
    });
  });

  it("finds abandoned jobs by a sparse index of keys and of where the upload would stand", () => {
    expect(stack.get("aws_dynamodb_table.jobs").global_secondary_index).toEqual([
      {
        name: "abandoned",
        hash_key: "openStatus",
        range_key: "abandonedAt",
        projection_type: "INCLUDE",
        non_key_attributes: ["key"],
      },
    ]);
  });
});

describe("what holds people's data (P6)", () => {
  const BUCKETS = ["uploads", "renditions", "site", "artifacts"].map((id) => `aws_s3_bucket.${id}`);
  const STATEFUL = [...BUCKETS, "aws_dynamodb_table.jobs"];

  it.each(["staging", "prod"] as const)("cannot be destroyed in %s", (name) => {
    const stack = synthesizeStack(name);

    for (const address of STATEFUL) {
      expect(stack.get(address), address).toMatchObject({ lifecycle: { prevent_destroy: true } });
      expect(stack.get(address).force_destroy ?? false, address).toBe(false);
    }
    expect(stack.get("aws_dynamodb_table.jobs").deletion_protection_enabled).toBe(true);
  });

  it("can be thrown away in an environment that says so", () => {
    const stack = synthesizeStack(devWith({ isProtected: false }));

    for (const address of STATEFUL) {
      expect(stack.get(address), address).toMatchObject({ lifecycle: { prevent_destroy: false } });
    }
  });
});

describe("logs (P4)", () => {
  it.each(ENVIRONMENT_NAMES)("of %s end: a group with retention for each function and API", (name) => {
    const stack = synthesizeStack(name);
    const groups = stack.list("aws_cloudwatch_log_group");

    expect(groups.length).toBe(stack.list("aws_lambda_function").length + stack.list("aws_apigatewayv2_api").length);
    expect(groups.filter(([, body]) => !(Number(body.retention_in_days) > 0))).toEqual([]);
  });
});

describe("secrets (P5)", () => {
  it.each(ENVIRONMENT_NAMES)("stand nowhere in what is synthesized for %s", (name) => {
    const { text } = synthesizeStack(name);

    expect(text).not.toMatch(/AKIA|ASIA|aws_secret|secret_key|password|PRIVATE KEY|session_token|Bearer /i);
  });
});
