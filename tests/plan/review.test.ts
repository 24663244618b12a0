import { describe, expect, it } from "vitest";
import { parsePlan } from "../../plan/model/terraform-plan.ts";
import { isFailed, renderReview, renderWhole } from "../../plan/render/review.ts";
import { findExitCode } from "../../plan/run/review-stacks.ts";
import { ref } from "../stacks/synthesized.ts";
import { SECRET_TEXTS } from "../support/secret-texts.ts";
import { planJson, policy, review, STACK, sourcesOf, told } from "./plans.ts";

const BUCKET = { bucket: "b", force_destroy: false };

describe("the guard", () => {
  const replaced = {
    address: "aws_s3_bucket.uploads",
    actions: ["delete", "create"],
    before: BUCKET,
    after: { bucket: "c" },
    replace_paths: [["bucket"]],
    action_reason: "replace_because_cannot_update",
  };

  it("refuses to replace what holds data, says what forces it, and how to allow it by name", () => {
    const reviewed = review([replaced]);

    expect(told(reviewed)).toEqual([
      "loss aws_s3_bucket.uploads is **replaced**, forced by bucket (b → c). **Holds data: every object in it is lost.**",
    ]);
    expect(findExitCode([reviewed])).toBe(3);
    expect(renderWhole([reviewed])).toContain("`--allow-destroy aws_s3_bucket.uploads`");
  });

  it.each(["aws_s3_bucket.uploads", `${STACK}:aws_s3_bucket.uploads`])(
    "lets it go when told so by name: %s",
    (name) => {
      expect(findExitCode([review([replaced], {}, { allowedDestroys: [name] })])).toBe(2);
    },
  );

  it.each(["aws_s3_bucket.site", "uploads", "other:aws_s3_bucket.uploads", "aws_s3_bucket.*"])(
    "is not moved by another name: %s",
    (name) => {
      expect(findExitCode([review([replaced], {}, { allowedDestroys: [name] })])).toBe(3);
    },
  );

  it.each([
    ["destroys a table", { address: "aws_dynamodb_table.jobs", actions: ["delete"], before: {} }],
    ["creates before it destroys", { ...replaced, actions: ["create", "delete"] }],
    ["forgets a bucket", { address: "aws_s3_bucket.uploads", actions: ["forget"], before: BUCKET }],
    ["destroys a type that nobody has listed", { address: "aws_timestream_table.t", actions: ["delete"], before: {} }],
  ])("refuses a plan that %s", (_, planned) => {
    expect(findExitCode([review([planned])])).toBe(3);
  });

  it("says how a resource survives that only got another id", () => {
    const bucket = (name: string) => ({ bucket: name, tags: null });
    const reviewed = review([
      { address: "aws_s3_bucket.renditions", actions: ["delete"], before: bucket("darkroom-dev-media-renditions") },
      { address: "aws_s3_bucket.other", actions: ["create"], after: bucket("darkroom-dev-other") },
      { address: "aws_s3_bucket.media", actions: ["create"], after: bucket("darkroom-dev-media-renditions") },
    ]);

    expect(told(reviewed)).toEqual([
      "loss aws_s3_bucket.renditions is **destroyed**. **Holds data: every object in it is lost.** aws_s3_bucket.media comes with the same name: if it is the same, moveFromId in the code keeps it.",
    ]);
  });

  it("lets go what a build or the code makes again", () => {
    const reviewed = review([
      { address: "aws_lambda_function.resize", actions: ["delete"], before: {} },
      { address: "aws_s3_object.page", actions: ["delete"], before: { key: "page.js" } },
    ]);

    expect(findExitCode([reviewed])).toBe(2);
    expect(told(reviewed)).toEqual([
      "loss aws_lambda_function.resize is **destroyed**. Holds no data.",
      "loss aws_s3_object.page 1 built file is destroyed or replaced; a build makes it again: aws_s3_object.page.",
    ]);
  });
});

describe("the exit code", () => {
  it("is 0 where nothing changes, 2 for an output alone, 1 where a stack could not be planned whole", () => {
    const nothing = review([{ address: "aws_s3_bucket.b", actions: ["no-op"], before: BUCKET, after: BUCKET }]);
    const output = review([], { output_changes: { apiUrl: { actions: ["update"], before: "a", after: "b" } } });
    const partial = review([], { errored: true });

    expect(findExitCode([nothing])).toBe(0);
    expect(findExitCode([nothing, output])).toBe(2);
    expect(findExitCode([partial, output])).toBe(1);
    expect(findExitCode([{ stack: STACK, failure: "no" }])).toBe(1);
    expect(isFailed(nothing)).toBe(false);
  });
});

describe("above the fold stands", () => {
  it("a statement that widens, once, and not one that was only written otherwise", () => {
    const statement = { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: ["a", "b"] };
    const before = { policy: policy(statement) };
    const rewritten = { policy: policy({ ...statement, Resource: ["b", "a"] }) };
    const wider = { policy: policy({ ...statement, Action: ["s3:GetObject", "s3:DeleteObject"] }) };
    const address = "aws_iam_role_policy.resize";

    expect(told(review([{ address, actions: ["update"], before, after: rewritten }]))).toEqual([]);
    expect(told(review([{ address, actions: ["update"], before, after: wider }]))).toEqual([
      "permissions aws_iam_role_policy.resize allows s3:DeleteObject on a, b (new action; Read).",
    ]);
  });

  it("a bucket policy for everyone, and a denial that is gone", () => {
    const deny = { Sid: "TlsOnly", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "r" };
    const open = { Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject", Resource: "r" };
    const reviewed = review([
      {
        address: "aws_s3_bucket_policy.uploads",
        actions: ["update"],
        before: { policy: policy(deny) },
        after: { policy: policy(open) },
      },
    ]);

    expect(told(reviewed)).toEqual([
      "permissions aws_s3_bucket_policy.uploads **no longer denies** s3:* on r (TlsOnly).",
      "exposure aws_s3_bucket_policy.uploads **allows everyone** s3:GetObject on r (new statement).",
    ]);
  });

  it("nothing about the policy of a bucket that goes with it", () => {
    const deny = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "r" };
    const reviewed = review([
      { address: "aws_s3_bucket.b", actions: ["delete"], before: BUCKET },
      { address: "aws_s3_bucket_policy.b", actions: ["delete"], before: { bucket: "b", policy: policy(deny) } },
      { address: "aws_s3_bucket_public_access_block.b", actions: ["delete"], before: { bucket: "b" } },
    ]);

    expect(told(reviewed).filter((it) => !it.startsWith("loss"))).toEqual([]);
  });

  it("nothing about a function that a service may no longer call", () => {
    const permission = { action: "lambda:InvokeFunction", principal: "events.amazonaws.com", function_name: "settle" };
    // As Terraform writes it: nothing is left, and nothing of it is unknown.
    const gone = { actions: ["delete"], before: permission, after: null, after_unknown: {} };

    expect(told(review([{ address: "aws_lambda_permission.settle", ...gone }]))).toEqual([
      "loss aws_lambda_permission.settle is **destroyed**. Holds no data.",
    ]);
  });

  it("a policy that is known only after apply, read from its template", () => {
    const arn = ref("aws_s3_bucket.b.arn");
    const name = ref("aws_s3_bucket.b.bucket");
    const template = policy({
      Sid: "Read",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: `${arn}/${name}`,
    });
    const address = "aws_iam_role_policy.p";
    const configuration = {
      root_module: { resources: [{ address, expressions: { policy: { constant_value: template } } }] },
    };
    const reviewed = review(
      [
        { address: "aws_s3_bucket.b", actions: ["create"], after: { bucket: "name" }, after_unknown: { arn: true } },
        { address, actions: ["create"], after: {}, after_unknown: { policy: true } },
      ],
      { configuration },
    );

    expect(told(reviewed)).toEqual([
      `permissions aws_iam_role_policy.p allows s3:GetObject on ${arn}/name (new statement; Read).`,
    ]);
  });

  it("a policy that cannot be read, as such", () => {
    const change = { address: "aws_iam_role_policy.p", actions: ["update"], before: { policy: policy() } };

    expect(told(review([{ ...change, after: {}, after_unknown: { policy: true } }]))).toEqual([
      "permissions aws_iam_role_policy.p changes policy, and **cannot be compared** ((known after apply)): read it in the code.",
    ]);
  });

  it.each([
    [
      "aws_lambda_permission for a service without a source",
      {
        address: "aws_lambda_permission.api",
        actions: ["update"],
        before: {
          principal: "apigateway.amazonaws.com",
          action: "lambda:InvokeFunction",
          function_name: "f",
          source_arn: "a",
        },
        after: { principal: "apigateway.amazonaws.com", action: "lambda:InvokeFunction", function_name: "f" },
      },
      /^permissions .*weaker condition.*\*\*From any account\*\*/,
    ],
    [
      "a function for everyone",
      {
        address: "aws_lambda_permission.all",
        actions: ["create"],
        after: { principal: "*", action: "lambda:InvokeFunctionUrl", function_name: "f" },
      },
      /^exposure .*\*\*allows everyone\*\* lambda:InvokeFunctionUrl on f/,
    ],
    [
      "an address of a function without authorization",
      { address: "aws_lambda_function_url.u", actions: ["create"], after: { authorization_type: "NONE" } },
      /^exposure .*authorization_type: NONE: \*\*everyone may call/,
    ],
    [
      "public access that is no longer blocked",
      {
        address: "aws_s3_bucket_public_access_block.b",
        actions: ["update"],
        before: {
          block_public_policy: true,
          block_public_acls: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        },
        after: {
          block_public_policy: false,
          block_public_acls: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        },
      },
      /^exposure .*block_public_policy: true → false: \*\*public access is no longer blocked/,
    ],
    [
      "a managed policy",
      { address: "aws_iam_role_policy_attachment.a", actions: ["create"], after: { policy_arn: "arn:admin" } },
      /^permissions .*attaches arn:admin, and everything that it allows/,
    ],
    [
      "deletion protection that is off",
      {
        address: "aws_dynamodb_table.jobs",
        actions: ["update"],
        before: { deletion_protection_enabled: true },
        after: { deletion_protection_enabled: false },
      },
      /^protection .*deletion_protection_enabled: true → false: deletion protection is off/,
    ],
    [
      "logs that are kept for less",
      {
        address: "aws_cloudwatch_log_group.g",
        actions: ["update"],
        before: { retention_in_days: 90 },
        after: { retention_in_days: 7 },
      },
      /^protection .*retention_in_days: 90 → 7: log lines are deleted sooner/,
    ],
    [
      "jobs that are forgotten sooner",
      {
        address: "aws_lambda_function.presign",
        actions: ["update"],
        before: { environment: [{ variables: { JOB_RETENTION_DAYS: "90" } }] },
        after: { environment: [{ variables: { JOB_RETENTION_DAYS: "7" } }] },
      },
      /^protection .*JOB_RETENTION_DAYS: 90 → 7: records of new jobs are forgotten sooner/,
    ],
    [
      "a throttle that lets more in",
      {
        address: "aws_apigatewayv2_stage.api",
        actions: ["update"],
        before: { default_route_settings: [{ throttling_rate_limit: 500 }] },
        after: { default_route_settings: [{ throttling_rate_limit: 10_000 }] },
      },
      /^protection .*throttling_rate_limit: 500 → 10000: more requests are let in/,
    ],
    [
      "a throttle that is gone",
      {
        address: "aws_apigatewayv2_stage.api",
        actions: ["update"],
        before: { default_route_settings: [{ throttling_rate_limit: 500 }] },
        after: { default_route_settings: [] },
      },
      /^protection .*throttling_rate_limit: 500 → nothing: more requests are let in/,
    ],
    [
      "requests that are no longer logged",
      {
        address: "aws_apigatewayv2_stage.api",
        actions: ["update"],
        before: { access_log_settings: [{ format: "json" }] },
        after: { access_log_settings: [] },
      },
      /^protection .*access_log_settings: .* → \[\]: requests are no longer logged/,
    ],
    [
      "dead letters that are no longer kept",
      {
        address: "aws_sqs_queue.resize",
        actions: ["update"],
        before: { redrive_policy: "{}" },
        after: { redrive_policy: "" },
      },
      /^protection .*redrive_policy: .* a message that always fails is tried until/,
    ],
    [
      "an alarm that goes off later",
      {
        address: "aws_cloudwatch_metric_alarm.api_errors",
        actions: ["update"],
        before: { threshold: 20 },
        after: { threshold: 20_000 },
      },
      /^protection .*threshold: 20 → 20000: the alarm goes off later/,
    ],
    [
      "an alarm that tells nobody",
      {
        address: "aws_cloudwatch_metric_alarm.api_errors",
        actions: ["update"],
        before: { alarm_actions: ["arn:topic"] },
        after: { alarm_actions: [] },
      },
      /^protection .*alarm_actions: .*: the alarm tells nobody/,
    ],
    [
      "an alarm that no longer minds silence",
      {
        address: "aws_cloudwatch_metric_alarm.jobs_stuck",
        actions: ["update"],
        before: { treat_missing_data: "breaching" },
        after: { treat_missing_data: "notBreaching" },
      },
      /^protection .*breaching → notBreaching: silence no longer sets the alarm off/,
    ],
    [
      "older TLS",
      {
        address: "aws_cloudfront_distribution.cdn",
        actions: ["update"],
        before: { viewer_certificate: [{ minimum_protocol_version: "TLSv1.2_2021" }] },
        after: { viewer_certificate: [{ minimum_protocol_version: "TLSv1" }] },
      },
      /^protection .*TLSv1\.2_2021 → TLSv1: older TLS is spoken/,
    ],
  ])("%s", (_, planned, expected) => {
    const lines = told(review([planned]));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
  });

  it.each([
    [
      "S3",
      "aws_s3_bucket_cors_configuration.uploads",
      (origins: string[]) => ({ cors_rule: [{ allowed_origins: origins, allowed_methods: ["PUT"] }] }),
    ],
    [
      "the HTTP API",
      "aws_apigatewayv2_api.api",
      (origins: string[]) => ({ cors_configuration: [{ allow_origins: origins }] }),
    ],
    [
      "CloudFront",
      "aws_cloudfront_response_headers_policy.cdn",
      (origins: string[]) => ({ cors_config: [{ access_control_allow_origins: [{ items: origins }] }] }),
    ],
  ])("a change of CORS in %s", (_, address, body) => {
    const change = {
      address,
      actions: ["update"],
      before: body(["https://a", "https://b"]),
      after: body(["https://a", "*"]),
    };

    expect(told(review([change]))).toEqual([`cors ${address} origins + *; origins − https://b. **Any page.**`]);
  });

  it("what a page may load or do that the browser kept it from, and security headers that are gone or weaker", () => {
    const csp = (text: string) => [{ content_security_policy: text, override: true }];
    const strict = "default-src 'none'; script-src 'self'; img-src 'self' https://cdn; base-uri 'none'; sandbox";
    const lax =
      "default-src 'none'; img-src https://cdn 'self'; script-src 'self' 'unsafe-inline' https://evil; font-src 'self'; sandbox allow-scripts";
    const headers = (policy: string, seconds: number, more: object) => ({
      security_headers_config: [
        {
          content_security_policy: csp(policy),
          strict_transport_security: [
            { access_control_max_age_sec: seconds, include_subdomains: true, override: true },
          ],
          ...more,
        },
      ],
    });
    const address = "aws_cloudfront_response_headers_policy.site";
    const careful = {
      content_type_options: [{ override: true }],
      referrer_policy: [{ referrer_policy: "no-referrer" }],
    };
    const careless = { content_type_options: [], referrer_policy: [{ referrer_policy: "unsafe-url" }] };
    const before = headers(strict, 31_536_000, careful);

    const weaker = review([{ address, actions: ["update"], before, after: headers(lax, 60, careless) }]);
    const stricter = review([
      { address, actions: ["update"], before: headers(lax, 60, careful), after: headers(strict, 61, careful) },
    ]);

    expect(told(weaker)).toEqual([
      `protection ${address} content_security_policy: **lets more in**, script-src + 'unsafe-inline', https://evil.`,
      `protection ${address} content_security_policy: **no longer bounds** base-uri.`,
      `protection ${address} content_security_policy: **lets more in**, sandbox + allow-scripts.`,
      `protection ${address} content_security_policy: **lets more in**, font-src + 'self'.`,
      `protection ${address} strict_transport_security.access_control_max_age_sec: 31536000 → 60.`,
      `protection ${address} content_type_options: **no longer sent**.`,
      `protection ${address} referrer_policy.referrer_policy: no-referrer → unsafe-url.`,
    ]);
    expect(told(stricter)).toEqual([]);
  });

  it("outputs that a front end reads: new, changed, removed", () => {
    const reviewed = review([], {
      output_changes: {
        apiUrl: { actions: ["update"], before: "https://a", after_unknown: true },
        cdnUrl: { actions: ["delete"], before: "https://c", after: null },
        siteUrl: { actions: ["create"], before: null, after: "https://s" },
        region: { actions: ["no-op"], before: "x", after: "x" },
      },
    });

    expect(told(reviewed)).toEqual([
      "outputs apiUrl changes: https://a → (known after apply).",
      "outputs cdnUrl is **removed**: whoever reads it breaks. It was https://c.",
      "outputs siteUrl is new: https://s.",
    ]);
  });
});

describe("a review", () => {
  it("never holds a sensitive value, in no part and no rule (P5)", () => {
    const secret = "hunter2-of-the-database";
    const text = renderWhole([
      review(
        [
          {
            address: "aws_thing.a",
            actions: ["update"],
            before: { input: secret, nested: [{ value: secret }], variables: { API_TOKEN: secret }, policy: policy() },
            after: {
              input: `${secret}2`,
              nested: [{ value: `${secret}2` }],
              variables: { API_TOKEN: `${secret}2` },
              policy: secret,
            },
            before_sensitive: { input: true, nested: [{ value: true }] },
            after_sensitive: { input: true, nested: [{ value: true }], policy: true },
          },
          {
            address: "aws_s3_bucket.b",
            actions: ["delete", "create"],
            before: { bucket: secret },
            after: { bucket: `${secret}2` },
            before_sensitive: { bucket: true },
            after_sensitive: true,
            replace_paths: [["bucket"]],
          },
        ],
        {
          output_changes: {
            password: {
              actions: ["update"],
              before: secret,
              after: "x",
              before_sensitive: true,
              after_sensitive: true,
            },
          },
          resource_drift: [],
        },
      ),
    ]);

    expect(text).not.toContain(secret);
    expect(text).toContain("`input`: (sensitive) → (sensitive)");
    expect(text).toContain("`variables.API_TOKEN`: (sensitive) → (sensitive)");
  });

  it.each(Object.entries(SECRET_TEXTS))(
    "never shows what was set by hand on a function and is a secret by its form: %s (P5)",
    (_what, secret) => {
      const by = (hand: string) => ({ environment: [{ variables: { NOTIFY: hand, PLACE: "here" } }] });
      const drifted = { address: "aws_lambda_function.a", before: by("none"), after: by(secret) };
      const reset = { address: "aws_lambda_function.a", before: by(secret), after: by("none") };

      const text = renderWhole([
        review([{ ...reset, actions: ["update"] }], {
          resource_drift: JSON.parse(planJson([{ ...drifted, actions: ["update"] }])).resource_changes,
          output_changes: { notify: { actions: ["create"], before: null, after: secret } },
        }),
      ]);

      expect(text).not.toContain(secret);
      expect(text).toContain("`environment[0].variables.NOTIFY`: (sensitive) → `none`");
      expect(text).toContain("`environment[0].variables.NOTIFY`: `none` → (sensitive)");
      expect(text).toContain("`notify` is new: (sensitive).");
    },
  );

  it("does not show a sensitive value as changed that has not", () => {
    const same = { before: { input: "s", size: 1 }, after: { input: "s", size: 2 } };
    const hidden = { before_sensitive: { input: true }, after_sensitive: { input: true } };

    const text = renderWhole([review([{ address: "aws_thing.a", actions: ["update"], ...same, ...hidden }])]);

    expect(text).toContain("`size`: `1` → `2`");
    expect(text).not.toContain("`input`");
  });

  it("takes values for texts: no markup, mention, comment, end of line or turned text gets out of its code span", () => {
    const hostile = "``` </details> <!-- darkroom --> @everyone [x](http://x) \n## Approved\u202e";
    const text = renderWhole([
      review([{ address: "aws_thing.a", actions: ["update"], before: { name: "a" }, after: { name: hostile } }]),
    ]);

    expect(text).toContain("```` ``` </details> <! -- darkroom --> @everyone [x](http://x) ⏎## Approved\\u202e ````");
    expect(text.match(/^#+ .*/gm)).toEqual(["## Plan", `### \`${STACK}\``]);
  });

  it("shows functions of which only the code changes in one line, and others with what else changes", () => {
    const before = { source_code_hash: "a", memory_size: 512, last_modified: "then" };
    const text = renderWhole([
      review([
        {
          address: "aws_lambda_function.presign",
          actions: ["update"],
          before,
          after: { ...before, source_code_hash: "b" },
        },
        {
          address: "aws_lambda_function.status",
          actions: ["update"],
          before,
          after: { ...before, source_code_hash: "b" },
        },
        { address: "aws_lambda_function.resize", actions: ["update"], before, after: { ...before, memory_size: 1024 } },
      ]),
    ]);

    expect(text).toContain(
      "- New code, and nothing else, for 2 functions: `aws_lambda_function.presign`, `aws_lambda_function.status`",
    );
    expect(text).toContain("    - `memory_size`: `512` → `1024`");
    expect(text.match(/source_code_hash/g)).toBeNull();
  });

  it("names construct and source line, moves and imports", () => {
    const lines = ["stacks/media/index.ts:7", "stacks/constructs/it.ts:3"];
    const sources = sourcesOf("aws_thing.new", `${STACK}/it/thing`, lines);
    const moved = {
      address: "aws_thing.new",
      previous_address: "aws_thing.old",
      actions: ["no-op"],
      before: {},
      after: {},
    };
    const imported = { address: "aws_thing.found", actions: ["no-op"], before: {}, after: {}, importing: { id: "x" } };
    const reviewed = review([moved, imported], {}, { sources });
    const text = renderWhole([reviewed]);

    expect(reviewed.counts).toMatchObject({ add: 0, destroy: 0, move: 1, import: 1 });
    expect(text).toContain(`- \`${STACK}/it\` — \`stacks/media/index.ts:7\``);
    expect(text).toContain("  - keep `aws_thing.new`, moved from `aws_thing.old` — `stacks/constructs/it.ts:3`");
    expect(text).toContain("  - keep `aws_thing.found`, imported");
  });

  it("names of a wider statement the line that grants it, and of another the line of its policy", () => {
    const address = "aws_iam_role_policy.resize";
    const path = `${STACK}/resize-function/resize-role/policy`;
    const sources = sourcesOf(address, path, ["stacks/media/functions.ts:7"], { Read: "stacks/media/functions.ts:9" });
    const allow = (Sid: string) => ({ Sid, Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" });
    const after = { policy: policy(allow("Read"), { ...allow("Other"), Action: "s3:PutObject" }) };
    const text = renderWhole([review([{ address, actions: ["create"], after }], {}, { sources })]);

    expect(text).toMatch(/ allows `s3:GetObject` .*`Read`.* — `stacks\/media\/functions\.ts:9`$/m);
    expect(text).toMatch(/ allows `s3:PutObject` .*`Other`.* — `stacks\/media\/functions\.ts:7`$/m);
  });

  it("fits into a comment: what is folded is cut first, then what is not, and both say so", () => {
    const many = (count: number, type: string, actions: string[]) =>
      Array.from({ length: count }, (_, index) => ({
        address: `${type}.n${index}`,
        actions,
        before: { note: "x".repeat(200) },
        after: actions.includes("delete") ? null : { note: `${"y".repeat(200)}ä` },
      }));
    const folded = renderReview([
      review([...many(20, "aws_s3_bucket", ["delete"]), ...many(500, "aws_thing", ["update"])]),
    ]);
    const both = renderReview([review(many(2000, "aws_s3_bucket", ["delete"]))]);

    expect(Buffer.byteLength(folded.comment)).toBeLessThanOrEqual(60_000);
    expect(folded.comment.match(/\*\*Holds data/g)).toHaveLength(20);
    expect(folded.comment).toMatch(/- … and \d+ more lines: the whole review is in the run's summary\.\n\n<\/details>/);
    expect(folded.whole).toContain("`aws_thing.n499`");
    expect(Buffer.byteLength(both.comment)).toBeLessThanOrEqual(60_000);
    expect(both.comment.match(/more lines: the whole review is in the run's summary/g)?.length).toBeGreaterThan(1);
  });

  it("opens with the same hidden marker each time, so that one comment is written over", () => {
    expect(renderReview([review([])]).comment).toMatch(/^<!-- darkroom plan review -->\n/);
    expect(renderReview([{ stack: STACK, failure: "no" }]).comment).toMatch(/^<!-- darkroom plan review -->\n/);
  });
});

describe("plan JSON", () => {
  it.each([
    ["text", "Plan: 1 to add", /not JSON/],
    ["another format", JSON.stringify({ format_version: "2.0", terraform_version: "9" }), /format_version/],
    ["an action that nobody knows", planJson([{ address: "a.b", actions: ["explode"] }]), /actions/],
  ])("that is %s is refused without being repeated", (_, text, expected) => {
    expect(() => parsePlan(text)).toThrow(expected);
    expect(() => parsePlan(text)).not.toThrow(/explode|to add/);
  });
});
