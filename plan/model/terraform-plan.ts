import * as z from "zod";
import { PlanError } from "../plan-error.ts";
import type { Json } from "./value.ts";

/**
 * The part of `terraform show -json` that a review reads: https://developer.hashicorp.com/terraform/internals/json-format.
 * It is made from a pull request's code, so nothing in it is believed.
 */
const json = z.json() as z.ZodType<Json>;

const action = z.enum(["no-op", "create", "read", "update", "delete", "forget"]);
export type Action = z.infer<typeof action>;

const change = z.object({
  actions: z.array(action).min(1).max(2),
  before: json.optional(),
  after: json.optional(),
  after_unknown: json.optional(),
  before_sensitive: json.optional(),
  after_sensitive: json.optional(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
  importing: z.object({ id: z.string().optional() }).optional(),
});

const resourceChange = z.object({
  address: z.string(),
  previous_address: z.string().optional(),
  deposed: z.string().optional(),
  mode: z.enum(["managed", "data"]),
  type: z.string(),
  name: z.string(),
  change,
  action_reason: z.string().optional(),
});
export type PlannedResource = z.infer<typeof resourceChange>;
export type PlannedChange = z.infer<typeof change>;

const configuredResource = z.object({ address: z.string(), expressions: z.record(z.string(), json).default({}) });
export type ConfiguredResource = z.infer<typeof configuredResource>;

const plan = z.object({
  format_version: z.string().regex(/^1\./, "is not 1.x: this review does not know the newer format"),
  terraform_version: z.string(),
  errored: z.boolean().default(false),
  resource_changes: z.array(resourceChange).default([]),
  resource_drift: z.array(resourceChange).default([]),
  output_changes: z.record(z.string(), change).default({}),
  configuration: z
    .object({
      root_module: z.object({ resources: z.array(configuredResource).default([]) }).default({ resources: [] }),
    })
    .default({ root_module: { resources: [] } }),
});
export type TerraformPlan = z.infer<typeof plan>;

/** Throws PlanError where the text is not a plan that can be reviewed. The text itself is not repeated: it holds secrets. */
export function parsePlan(text: string): TerraformPlan {
  const result = plan.safeParse(readJson(text));
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new PlanError(
    ["This is not a plan that can be reviewed; expected the output of `terraform show -json`:", ...problems].join("\n"),
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PlanError("The plan is not JSON; expected the output of `terraform show -json <plan file>`.");
  }
}
