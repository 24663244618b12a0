import * as z from "zod";
import { block } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LambdaService } from "../seam.ts";

const schema = z.strictObject({
  event_source_arn: z
    .string()
    .startsWith("arn:aws:sqs:", "must be a queue: a laptop's functions read from nothing else"),
  /** The name or the ARN. */
  function_name: z.string(),
  batch_size: z.int().min(1).max(10_000).default(10),
  maximum_batching_window_in_seconds: z.int().min(0).max(300).default(0),
  function_response_types: z.array(z.literal("ReportBatchItemFailures")).default([]),
  scaling_config: block(z.strictObject({ maximum_concurrency: z.int().min(2).max(1000) })).optional(),
  enabled: z.boolean().default(true),
});

export const awsLambdaEventSourceMapping = defineResource<
  StackRuntime & { lambda: LambdaService },
  z.infer<typeof schema>
>({
  type: "aws_lambda_event_source_mapping",
  schema,
  exports: ["arn", "function_arn", "id", "uuid"],
  startsTraffic: true,
  async start({ config }, { lambda, region, accountId }) {
    const name = config.function_name;
    const functionArn = name.startsWith("arn:") ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    if (!config.enabled) return { attributes: { id: "disabled", uuid: "disabled", function_arn: functionArn } };
    const maximumConcurrency = config.scaling_config?.maximum_concurrency;
    const { uuid, stop } = await lambda.startEventSourceMapping({
      functionArn,
      queueArn: config.event_source_arn,
      batchSize: config.batch_size,
      maximumBatchingWindowSeconds: config.maximum_batching_window_in_seconds,
      reportBatchItemFailures: config.function_response_types.length > 0,
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
    });
    const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;
    return { attributes: { id: uuid, uuid, arn, function_arn: functionArn }, stop };
  },
});
