import { describe, expect, it } from "vitest";
import { ENVIRONMENT, FUNCTION_NAMES } from "../../contracts/media/environment.ts";
import { devWith, environments } from "../support/environments.ts";
import { DOMAIN, ref, synthesizeStack } from "./synthesized.ts";

/** Every resource, with the reason that it exists. An id that changes here destroys something somewhere. */
const RESOURCES: readonly (readonly [reason: string, addresses: readonly string[]])[] = [
  ["uploads arrive here", ["aws_s3_bucket.uploads"]],
  ["renditions are kept apart, so that none can start a job", ["aws_s3_bucket.renditions"]],
  ["Lambda takes a layer of this size only through S3", ["aws_s3_bucket.artifacts"]],
  ["the page", ["aws_s3_bucket.site"]],
  ["no bucket is ever public", ofEach("aws_s3_bucket_public_access_block", BUCKETS())],
  ["no bucket has ACLs", ofEach("aws_s3_bucket_ownership_controls", BUCKETS())],
  ["every bucket is encrypted", ofEach("aws_s3_bucket_server_side_encryption_configuration", BUCKETS())],
  ["every bucket is TLS only", ofEach("aws_s3_bucket_policy", BUCKETS())],
  ["nothing unfinished is kept and paid for", ofEach("aws_s3_bucket_lifecycle_configuration", BUCKETS())],
  ["a worker reads the version that was announced", ["aws_s3_bucket_versioning.uploads"]],
  ["pages upload straight to the bucket", ["aws_s3_bucket_cors_configuration.uploads"]],
  ["arrivals become messages", ["aws_s3_bucket_notification.uploads"]],
  ["the page's files", ["aws_s3_object.site_index_html", "aws_s3_object.site_assets_page_1a2b3c4d_js"]],
  ["the page learns where the API is", ["aws_s3_object.site_config_json"]],
  ["the encoder", ["aws_s3_object.ffmpeg", "aws_lambda_layer_version.ffmpeg"]],
  ["work, and what failed too often", ofEach("aws_sqs_queue", QUEUES())],
  ["queues are TLS only, and one bucket may write", ofEach("aws_sqs_queue_policy", QUEUES())],
  ["dead letters come from their own queue alone", ofEach("aws_sqs_queue_redrive_allow_policy", QUEUES())],
  ["five functions", ofEach("aws_lambda_function", FUNCTION_NAMES)],
  ["a role for each", ofEach("aws_iam_role", FUNCTION_NAMES)],
  ["what each role may do", ofEach("aws_iam_role_policy", FUNCTION_NAMES)],
  ["logs that end, for each function and the API", ofEach("aws_cloudwatch_log_group", [...FUNCTION_NAMES, "api"])],
  ["each queue has its consumer, dead letters too", ofEach("aws_lambda_event_source_mapping", QUEUES())],
  ["abandoned uploads are looked for", ["aws_cloudwatch_event_rule.settle", "aws_cloudwatch_event_target.settle"]],
  [
    "only these may call functions",
    ofEach("aws_lambda_permission", [
      ...["presign_api_presign", "presign_api_limits", "status_api_status"],
      ...["status_fallback", "status_fallback_root", "settle_schedule"],
    ]),
  ],
  ["jobs", ["aws_dynamodb_table.jobs"]],
  ["the API", ["aws_apigatewayv2_api.api", "aws_apigatewayv2_stage.api"]],
  ["its three addresses", ofEach("aws_apigatewayv2_route", ["presign", "limits", "status"])],
  [
    "every other address answers in the same shape",
    ofEach(
      "aws_apigatewayv2_route",
      ["get", "post", "put", "patch", "delete"].flatMap((it) => [`fallback_${it}`, `fallback_root_${it}`]),
    ),
  ],
  ["functions behind them", ofEach("aws_apigatewayv2_integration", ["presign", "status"])],
  ["renditions and page are served", ofEach("aws_cloudfront_distribution", ["cdn", "site"])],
  ["only through their distribution", ofEach("aws_cloudfront_origin_access_control", ["cdn", "site"])],
  ["kept by path only", ofEach("aws_cloudfront_cache_policy", ["cdn", "site"])],
  ["with security headers", ofEach("aws_cloudfront_response_headers_policy", ["cdn", "site"])],
  [
    "what is asked of the logs at night",
    ofEach("aws_cloudwatch_query_definition", ["job", "failures", "faults", "slow", "starts", "requests"]),
  ],
];

/** What an environment with alarms has besides. */
const WATCHING: readonly (readonly [reason: string, addresses: readonly string[]])[] = [
  ["an alarm is told somewhere, in its own region", ofEach("aws_sns_topic", ["alarms", "edge_alarms"])],
  ["only alarms may tell", ofEach("aws_sns_topic_policy", ["alarms", "edge_alarms"])],
  ["the API fails, or is slow", ofEach("aws_cloudwatch_metric_alarm", ["api_errors", "api_latency"])],
  ["a function fails", ofEach("aws_cloudwatch_metric_alarm", withEnding(FUNCTION_NAMES, "errors"))],
  ["a function has no place", ofEach("aws_cloudwatch_metric_alarm", withEnding(FUNCTION_NAMES, "throttles"))],
  ["work waits too long", ofEach("aws_cloudwatch_metric_alarm", ["resize_age", "convert_age"])],
  ["dead letters stay", ofEach("aws_cloudwatch_metric_alarm", ["resize_dead_letters", "convert_dead_letters"])],
  ["jobs end badly, or not at all", ofEach("aws_cloudwatch_metric_alarm", ["jobs_given_up", "jobs_stuck"])],
  ["people see errors of the CDN", ofEach("aws_cloudwatch_metric_alarm", ["cdn_errors", "site_errors"])],
  ["how the stack is, on one page", ["aws_cloudwatch_dashboard.media"]],
];

/** Decision 5: what the laptop runtime can honour. */
const REFERENCE = /^[a-z][a-z0-9_]*\.[A-Za-z_][\w-]*(\.[A-Za-z_]\w*|\[\d+\])+$/;

/** Each subscriber of environments.ts, to both topics. */
function subscriptionsOf(name: "staging" | "prod"): string[] {
  const subscribers = environments[name].alarms?.subscribers ?? [];
  const ids = subscribers.map((subscriber) => subscriber.replaceAll(/[^A-Za-z0-9]+/g, "_"));
  return ids.flatMap((id) => ofEach("aws_sns_topic_subscription", [`alarms_${id}`, `edge_alarms_${id}`]));
}

function BUCKETS(): string[] {
  return ["uploads", "renditions", "artifacts", "site"];
}

function QUEUES(): string[] {
  return ["resize", "convert", "resize_dead_letters", "convert_dead_letters"];
}

function withEnding(names: readonly string[], ending: string): string[] {
  return names.map((name) => `${name}_${ending}`);
}

function ofEach(type: string, ids: readonly string[]): string[] {
  return ids.map((id) => `${type}.${id}`);
}

describe("the media stack", () => {
  const stack = synthesizeStack("dev");

  it("declares these resources and no others, by ids that never change (P6)", () => {
    const expected = RESOURCES.flatMap(([, addresses]) => addresses);

    expect([...stack.addresses].sort()).toEqual([...expected].sort());
  });

  it.each(["staging", "prod"] as const)("declares the same resources in %s as in dev, and who is told", (name) => {
    const watching = [...WATCHING.flatMap(([, addresses]) => addresses), ...subscriptionsOf(name)];

    expect([...synthesizeStack(name).addresses].sort()).toEqual([...stack.addresses, ...watching].sort());
  });

  it("writes literals and plain references only, so that a laptop can resolve them", () => {
    const expressions = [...stack.text.matchAll(/\$\{([^}]*)\}/g)].map(([, expression = ""]) => expression);

    expect(expressions.length).toBeGreaterThan(100);
    expect(expressions.filter((expression) => !REFERENCE.test(expression))).toEqual([]);
  });

  it("needs nothing from AWS or another stack in order to be planned", () => {
    expect(Object.keys(JSON.parse(stack.text)).sort()).toEqual(["//", "output", "provider", "resource", "terraform"]);
  });

  it("touches one account and one region alone", () => {
    expect(stack.provider).toMatchObject({ allowed_account_ids: ["111111111111"], region: "eu-central-1" });
  });

  it("has these outputs, each with a description", () => {
    const outputs = Object.fromEntries(Object.entries(stack.outputs).map(([name, { value }]) => [name, value]));

    expect(outputs).toEqual({
      apiUrl: ref("aws_apigatewayv2_api.api.api_endpoint"),
      cdnUrl: `https://${ref("aws_cloudfront_distribution.cdn.domain_name")}`,
      siteUrl: `https://${ref("aws_cloudfront_distribution.site.domain_name")}`,
      uploadsBucket: ref("aws_s3_bucket.uploads.bucket"),
      renditionsBucket: ref("aws_s3_bucket.renditions.bucket"),
      artifactsBucket: ref("aws_s3_bucket.artifacts.bucket"),
      siteBucket: ref("aws_s3_bucket.site.bucket"),
      jobsTable: ref("aws_dynamodb_table.jobs.name"),
      region: "eu-central-1",
      schemaVersion: "1",
    });
    expect(Object.values(stack.outputs).every(({ description }) => description.endsWith("."))).toBe(true);
  });

  it("gives custom names to outputs and functions where an environment has a domain", () => {
    const custom = synthesizeStack(devWith({ domain: DOMAIN }));

    expect(custom.outputs.cdnUrl?.value).toBe("https://media.example.com");
    expect(custom.outputs.siteUrl?.value).toBe("https://photos.example.com");
    expect(custom.get("aws_lambda_function.status").environment).toMatchObject({
      variables: { CDN_URL: "https://media.example.com" },
    });
  });

  it("is read by the page through config.json, which names the API and nothing else", () => {
    const config = stack.get("aws_s3_object.site_config_json");

    expect(config).toMatchObject({ key: "config.json", content_type: "application/json", cache_control: "no-cache" });
    expect(JSON.parse(String(config.content))).toEqual({ apiUrl: ref("aws_apigatewayv2_api.api.api_endpoint") });
  });
});

describe("a function", () => {
  const stack = synthesizeStack("dev");

  it.each(FUNCTION_NAMES)("%s is told exactly what the contract names, and tuning", (name) => {
    const { environment } = stack.get(`aws_lambda_function.${name}`) as { environment: { variables: object } };
    const tuning = name === "resize" ? ["MALLOC_ARENA_MAX"] : [];

    expect(Object.keys(environment.variables).sort()).toEqual([...ENVIRONMENT[name], ...tuning].sort());
  });

  it.each(["resize", "convert"])(
    "%s is told the address of the queue that hands it messages, and no other (E8)",
    (name) => {
      const { environment } = stack.get(`aws_lambda_function.${name}`);
      const { event_source_arn } = stack.get(`aws_lambda_event_source_mapping.${name}`);

      expect(environment).toMatchObject({ variables: { QUEUE_URL: ref(`aws_sqs_queue.${name}.url`) } });
      expect(event_source_arn).toBe(ref(`aws_sqs_queue.${name}.arn`));
    },
  );

  it.each(FUNCTION_NAMES)(
    "%s runs on arm64, with traces, JSON logs in a group of its own, and the hash of its zip",
    (name) => {
      const lambda = stack.get(`aws_lambda_function.${name}`);

      expect(lambda).toMatchObject({
        function_name: `darkroom-dev-media-${name}`,
        architectures: ["arm64"],
        runtime: "nodejs22.x",
        handler: "index.handler",
        role: ref(`aws_iam_role.${name}.arn`),
        tracing_config: { mode: "Active" },
        logging_config: { log_format: "JSON", log_group: ref(`aws_cloudwatch_log_group.${name}.name`) },
        source_code_hash: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
        filename: expect.stringMatching(new RegExp(`^assets/.*/media-${name}\\.zip$`)),
      });
    },
  );

  it.each(FUNCTION_NAMES)("%s writes to a log group whose lines are deleted (P4)", (name) => {
    expect(stack.get(`aws_cloudwatch_log_group.${name}`)).toMatchObject({
      name: `/aws/lambda/darkroom-dev-media-${name}`,
      retention_in_days: 7,
    });
  });

  it("has the size that performance.md justifies, and none that a new account would refuse", () => {
    const sizes = FUNCTION_NAMES.map((name) => [name, stack.get(`aws_lambda_function.${name}`).memory_size]);

    expect(Object.fromEntries(sizes)).toEqual({
      presign: 1024,
      status: 1024,
      resize: 1769,
      convert: 3008,
      settle: 1769,
    });
    expect(stack.get("aws_lambda_function.convert")).toMatchObject({ ephemeral_storage: { size: 4096 } });
  });

  it("has the memory that its environment says", () => {
    const functions = Object.fromEntries(FUNCTION_NAMES.map((name, index) => [name, { memoryMb: 2000 + index }]));

    const sized = synthesizeStack(devWith({ functions }));

    const sizes = FUNCTION_NAMES.map((name) => sized.get(`aws_lambda_function.${name}`).memory_size);
    expect(sizes).toEqual(FUNCTION_NAMES.map((_, index) => 2000 + index));
  });

  it("has ffmpeg if it is convert, and no other has", () => {
    const layered = FUNCTION_NAMES.filter((name) => stack.get(`aws_lambda_function.${name}`).layers !== undefined);

    expect(layered).toEqual(["convert"]);
    expect(stack.get("aws_lambda_function.convert").layers).toEqual([ref("aws_lambda_layer_version.ffmpeg.arn")]);
  });

  it("keeps places for itself only where its environment says so", () => {
    const reserved = synthesizeStack(devWith({ functions: { presign: { reservedConcurrency: 7 } } }));

    expect(reserved.get("aws_lambda_function.presign").reserved_concurrent_executions).toBe(7);
    expect(reserved.get("aws_lambda_function.status").reserved_concurrent_executions).toBeUndefined();
  });
});

describe("the ffmpeg layer", () => {
  it("goes up through the artifacts bucket, under the hash of its content", () => {
    const stack = synthesizeStack("dev");

    expect(stack.get("aws_s3_object.ffmpeg")).toMatchObject({
      bucket: ref("aws_s3_bucket.artifacts.bucket"),
      key: expect.stringMatching(/^layers\/ffmpeg\/[0-9a-f]{64}\.zip$/),
    });
    expect(stack.get("aws_lambda_layer_version.ffmpeg")).toMatchObject({
      s3_bucket: ref("aws_s3_object.ffmpeg.bucket"),
      s3_key: ref("aws_s3_object.ffmpeg.key"),
      lifecycle: { create_before_destroy: true },
    });
  });

  it("refuses to be planned where it holds no arm64 binaries, and says what to do", () => {
    const { lifecycle } = synthesizeStack("dev", { layerTarget: "laptop" }).get("aws_s3_object.ffmpeg") as {
      lifecycle: { precondition: { condition: string; error_message: string }[] };
    };

    expect(lifecycle.precondition).toEqual([
      {
        condition: ref('(aws_s3_bucket.artifacts.bucket == "never")'),
        error_message: expect.stringContaining("npm run build"),
      },
    ]);
  });
});
