// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written so.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environments } from "../../../environments.ts";
import { planStart } from "../../../local/model/plan.ts";
import { parseStackDocument } from "../../../local/model/stack-document.ts";
import { LOCAL_RESOURCES } from "../../../local/services/index.ts";
import { synthesize } from "../../../stacks/app.ts";
import { SYSTEMS } from "../../../systems.ts";
import { requireBuild } from "../../support/require-build.ts";

type Resources = Record<string, Record<string, Record<string, unknown>>>;

let folder = "";
const stacks: Record<string, { resource: Resources }> = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-refusals-"));
  const all = Object.values(environments);
  const { folders } = synthesize({
    systems: SYSTEMS,
    environments: all,
    artifactsFolder: requireBuild().folder,
    outputFolder: folder,
  });
  for (const { name } of all) {
    const media = folders.find((path) => path.endsWith(`-${name}-media`)) ?? "";
    stacks[name] = JSON.parse(readFileSync(join(media, "cdk.tf.json"), "utf8")) as { resource: Resources };
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listProblems(stack: { resource: Resources }): Promise<readonly string[]> {
  const parsed = parseStackDocument("test", stack);
  return [...parsed.problems, ...(await planStart(parsed, LOCAL_RESOURCES)).problems];
}

/** The dev stack, or that of staging, which somebody watches, with one resource changed. */
function stackWith(address: string, changes: Record<string, unknown>): { resource: Resources } {
  const [type = "", name = ""] = address.split(".");
  const found = [stacks.dev, stacks.staging].find((stack) => stack?.resource[type]?.[name]);
  const stack = structuredClone(found ?? { resource: {} });
  const body = stack.resource[type]?.[name];
  if (!body) throw new Error(`Neither dev nor staging has ${address}.`);
  Object.assign(body, changes);
  return stack;
}

describe("what the runtime honours (P9)", () => {
  it("is everything that the stacks of all environments declare", async () => {
    for (const { name } of Object.values(environments))
      expect(await listProblems(stacks[name] ?? { resource: {} })).toEqual([]);
  });

  it("P9: is no attribute that it was not made for: each resource refuses one by name, all at once", async () => {
    // prod declares all that there is, alarms too.
    const prod = structuredClone(stacks.prod ?? { resource: {} });
    const addresses = Object.entries(prod.resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, body]) => {
        body.made_up = true;
        return `${type}.${name}`;
      }),
    );

    const problems = await listProblems(prod);

    expect(problems).toEqual(
      expect.arrayContaining(addresses.map((address) => `${address}: the laptop runtime does not know "made_up"`)),
    );
    expect(problems).toHaveLength(addresses.length);
  });

  // Its twin comes with the first system that signs people in; a start without it would let everybody in.
  it("P9: is no API that asks for tokens: the authorizer is refused by name", async () => {
    const stack = structuredClone(stacks.dev ?? { resource: {} });
    const body = { api_id: "${aws_apigatewayv2_api.api.id}", name: "tokens", authorizer_type: "JWT" };
    stack.resource.aws_apigatewayv2_authorizer = { api: body };

    expect(await listProblems(stack)).toEqual([
      expect.stringContaining(
        'aws_apigatewayv2_authorizer.api: the laptop runtime does not know the type "aws_apigatewayv2_authorizer"',
      ),
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["aws_apigatewayv2_api.api", { protocol_type: "WEBSOCKET" }, "protocol_type"],
    ["aws_apigatewayv2_integration.presign", { payload_format_version: "1.0" }, "payload_format_version"],
    ["aws_apigatewayv2_route.presign", { route_key: "presign" }, "route_key"],
    ["aws_apigatewayv2_route.presign", { authorization_type: "JWT" }, "authorization_type"],
    ["aws_apigatewayv2_stage.api", { name: "v1" }, "name"],
    [
      "aws_apigatewayv2_stage.api",
      {
        access_log_settings: {
          destination_arn: "${aws_cloudwatch_log_group.api.arn}",
          format: "$context.authorizer.x",
        },
      },
      "$context.authorizer.x",
    ],
    ["aws_cloudfront_origin_access_control.cdn", { signing_behavior: "never" }, "signing_behavior"],
    [
      "aws_cloudfront_cache_policy.cdn",
      {
        parameters_in_cache_key_and_forwarded_to_origin: {
          cookies_config: { cookie_behavior: "all" },
          headers_config: { header_behavior: "none" },
          query_strings_config: { query_string_behavior: "none" },
        },
      },
      "caches by path only",
    ],
    ["aws_cloudfront_distribution.cdn", { aliases: ["media.example.com"] }, "aliases"],
    ["aws_cloudfront_distribution.cdn", { web_acl_id: "x" }, "web_acl_id"],
    [
      "aws_cloudfront_response_headers_policy.cdn",
      { server_timing_headers_config: {} },
      "server_timing_headers_config",
    ],
    ["aws_cloudwatch_dashboard.media", { dashboard_body: "graphs" }, "must be JSON with a list of widgets"],
    ["aws_cloudwatch_query_definition.job", { query_string: "" }, "query_string"],
    ["aws_iam_role.resize", { managed_policy_arns: ["x"] }, "managed_policy_arns"],
    ["aws_iam_role.resize", { assume_role_policy: "{}" }, "Version"],
  ])("%s refuses %j by name", async (address, changes, named) => {
    const problems = await listProblems(stackWith(address, changes));

    expect(problems.join("\n")).toContain(address);
    expect(problems.join("\n")).toContain(named);
  });

  it("P9: is one region: a resource elsewhere is refused, unless its type does nothing on a laptop", async () => {
    const prod = structuredClone(stacks.prod ?? { resource: {} });
    Object.assign(prod.resource.aws_sqs_queue?.resize ?? {}, { provider: "aws.edge" });
    Object.assign(prod.resource.aws_sqs_queue?.convert ?? {}, { provider: "aws.moon" });

    expect(await listProblems(prod)).toEqual([
      'aws_sqs_queue.convert: its provider "aws.moon" is none that the stack declares by alias',
      "aws_sqs_queue.resize: is in us-east-1; the laptop runtime has one region, the stack's own",
    ]);
  });

  it("P9: is one account: a provider of another is refused", async () => {
    const prod = structuredClone(stacks.prod ?? { resource: {} }) as {
      resource: Resources;
      provider: { aws: { allowed_account_ids: string[] }[] };
    };
    Object.assign(prod.provider.aws[1] ?? {}, { allowed_account_ids: ["999999999999"] });

    expect(await listProblems(prod)).toEqual([expect.stringContaining("must name the same account in each block")]);
  });
});
