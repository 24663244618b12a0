import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ref } from "../stacks/synthesized.ts";
import { cleanEnvironment, PLUGIN_FOLDER, startTerraform } from "../terraform-state-backend/terraform.ts";
import { runTerraform } from "./plan-json.ts";
import type { Target } from "./target.ts";

/** The smallest resource of each type that moto is said not to implement. */
const SMALLEST: Readonly<Record<string, object>> = {
  aws_budgets_budget: { name: "gap", budget_type: "COST", time_unit: "MONTHLY", limit_amount: "1", limit_unit: "USD" },
  aws_cloudfront_cache_policy: {
    name: "gap",
    parameters_in_cache_key_and_forwarded_to_origin: {
      cookies_config: { cookie_behavior: "none" },
      headers_config: { header_behavior: "none" },
      query_strings_config: { query_string_behavior: "none" },
    },
  },
  aws_cloudfront_response_headers_policy: {
    name: "gap",
    security_headers_config: { content_type_options: { override: true } },
  },
  aws_cloudwatch_query_definition: { name: "gap", query_string: "fields @message" },
  aws_sqs_queue_redrive_allow_policy: {
    queue_url: ref("aws_sqs_queue.gap.url"),
    redrive_allow_policy: JSON.stringify({ redrivePermission: "denyAll" }),
  },
};

/** The provider asks for minutes on end whether an attribute that moto forgets has arrived. What works is made in half of it. */
const LIMIT_MS = 90_000;

/**
 * Tries to apply one resource of each type, alone. Returns those that could not be applied, which is what the table of gaps says
 * of all of them. A type without an example throws.
 */
export async function findGaps(target: Target, types: readonly string[], folder: string): Promise<string[]> {
  const without = types.filter((type) => !SMALLEST[type]);
  if (without.length > 0) throw new Error(`tests/apply/gaps.ts has no example of ${without.join(", ")}.`);
  const gaps = Object.fromEntries(types.map((type) => [type, { gap: SMALLEST[type] }]));
  const document = {
    provider: { aws: { region: "eu-central-1", max_retries: 1, skip_metadata_api_check: "true" } },
    terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
    resource: { aws_sqs_queue: { gap: { name: "gap" } }, ...gaps },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "gaps.tf.json"), JSON.stringify(document));
  const variables = { ...cleanEnvironment(), ...target.variables };
  await runTerraform(
    folder,
    variables,
    "init",
    "-input=false",
    ...(PLUGIN_FOLDER ? [`-plugin-dir=${PLUGIN_FOLDER}`] : []),
  );
  const applying = startTerraform(folder, variables, "apply", "-input=false", "-auto-approve", "-no-color");
  const limit = setTimeout(() => applying.interrupt(), LIMIT_MS);
  await applying.outcome;
  clearTimeout(limit);
  const made = (await runTerraform(folder, variables, "state", "list")).split("\n");
  // What Terraform has made and then could not find again stands in the state, as tainted.
  const tainted = await listTainted(folder, variables);
  return types.filter((type) => !made.includes(`${type}.gap`) || tainted.includes(type));
}

async function listTainted(folder: string, variables: NodeJS.ProcessEnv): Promise<string[]> {
  const { resources } = JSON.parse(await runTerraform(folder, variables, "state", "pull")) as {
    resources: readonly { readonly type: string; readonly instances: readonly { readonly status?: string }[] }[];
  };
  return resources
    .filter(({ instances }) => instances.some(({ status }) => status === "tainted"))
    .map(({ type }) => type);
}
