import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { OperationError } from "../support/operation-error.ts";

const named = <T extends z.ZodType>(body: T) => z.record(z.string(), body).default({});

const resources = z.object({
  aws_apigatewayv2_stage: named(
    z.object({
      api_id: z.string(),
      default_route_settings: z
        .object({ throttling_rate_limit: z.number().optional(), throttling_burst_limit: z.number().optional() })
        .optional(),
    }),
  ),
  aws_apigatewayv2_route: named(z.object({ api_id: z.string(), route_key: z.string(), target: z.string().optional() })),
  aws_apigatewayv2_integration: named(z.object({ integration_uri: z.string().optional() })),
  aws_lambda_function: named(
    z.object({
      memory_size: z.number().default(128),
      timeout: z.number().default(3),
      reserved_concurrent_executions: z.number().optional(),
      tracing_config: z.object({ mode: z.string() }).optional(),
      environment: z.object({ variables: z.record(z.string(), z.string()) }).optional(),
    }),
  ),
  aws_lambda_event_source_mapping: named(
    z.object({
      event_source_arn: z.string(),
      function_name: z.string(),
      batch_size: z.number().default(10),
      scaling_config: z.object({ maximum_concurrency: z.number().optional() }).optional(),
    }),
  ),
  aws_sqs_queue: named(z.unknown()),
  aws_s3_bucket: named(z.unknown()),
  aws_s3_bucket_notification: named(z.object({ bucket: z.string() })),
  aws_dynamodb_table: named(
    z.object({
      billing_mode: z.string().optional(),
      hash_key: z.string(),
      global_secondary_index: z.array(z.object({ name: z.string(), hash_key: z.string() })).default([]),
    }),
  ),
  aws_cloudfront_distribution: named(z.object({ origin: z.array(z.object({ domain_name: z.string() })) })),
});

const stackDocument = z.object({
  provider: z.object({ aws: z.array(z.object({ region: z.string().optional(), alias: z.string().optional() })) }),
  resource: z.record(z.string(), z.unknown()).default({}),
});

/** One synthesized stack, as far as its ceilings depend on it. */
export interface WalkedStack {
  /** `darkroom-prod-media` */
  readonly name: string;
  /** `media` */
  readonly system: string;
  readonly region: string;
  readonly resources: z.output<typeof resources>;
}

/** Reads every stack of an environment in `cdktf.out/stacks`. Throws OperationError where there is none. */
export function readStacks(environment: string, folder = join("cdktf.out", "stacks")): WalkedStack[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const prefix = `darkroom-${environment}-`;
  const own = names.filter((name) => name.startsWith(prefix));
  if (own.length > 0)
    return own.map((name) =>
      parseWalkedStack(
        name,
        name.slice(prefix.length),
        JSON.parse(readFileSync(join(folder, name, "cdk.tf.json"), "utf8")),
      ),
    );
  throw new OperationError(
    names.length === 0
      ? `There is no stack in ${folder}. Build and synthesize first: npm run build -- --laptop && npm run synth`
      : `There is no environment "${environment}"; synthesized are ${names.join(", ")}.`,
  );
}

export function parseWalkedStack(name: string, system: string, document: unknown): WalkedStack {
  const { provider, resource } = stackDocument.parse(document);
  const region = provider.aws.find(({ alias }) => alias === undefined)?.region;
  if (region === undefined)
    throw new OperationError(`The stack ${name} names no region; expected one in its provider.`);
  return { name, system, region, resources: resources.parse(resource) };
}

/** `aws_sqs_queue.resize` in what refers to it; undefined where it refers to nothing of this stack. */
export function findReference(text: string): string | undefined {
  const [, address] = /\$\{(aws_\w+\.\w+)\./.exec(text) ?? [];
  return address;
}
