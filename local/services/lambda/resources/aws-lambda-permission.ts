import * as z from "zod";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { LambdaService } from "../seam.ts";

const schema = z.strictObject({
  statement_id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, "must be 1 to 100 letters, digits, hyphens or underscores"),
  action: z.enum(["lambda:InvokeFunction", "lambda:*"]),
  /** The name or the ARN. */
  function_name: z.string(),
  principal: z.string(),
  source_arn: z.string().startsWith("arn:").optional(),
  source_account: z.string().optional(),
});

export const awsLambdaPermission = defineResource<StackRuntime & { lambda: LambdaService }, z.infer<typeof schema>>({
  type: "aws_lambda_permission",
  schema,
  exports: ["id"],
  async start({ config }, { lambda, region, accountId }) {
    const { statement_id: Sid, action, principal, source_arn: sourceArn, source_account: sourceAccount } = config;
    const name = config.function_name;
    const arn = name.startsWith("arn:") ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    const condition = {
      ...(sourceArn !== undefined && { ArnLike: { "aws:SourceArn": sourceArn } }),
      ...(sourceAccount !== undefined && { StringEquals: { "aws:SourceAccount": sourceAccount } }),
    };
    lambda.addPermission(arn, {
      Sid,
      Effect: "Allow",
      Principal: principal.endsWith(".amazonaws.com") ? { Service: principal } : { AWS: principal },
      Action: action,
      Resource: arn,
      ...(Object.keys(condition).length > 0 && { Condition: condition }),
    });
    return { attributes: { id: Sid } };
  },
});
