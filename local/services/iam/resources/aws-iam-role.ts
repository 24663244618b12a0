import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { LaptopRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(64),
  assume_role_policy: policyText("trust"),
  // For readers and the console.
  description: z.string().optional(),
  tags,
});

export const awsIamRole = defineResource<LaptopRuntime, z.infer<typeof schema>>({
  type: "aws_iam_role",
  schema,
  exports: ["arn", "id", "name", "unique_id"],
  async start({ address, config }, { accountId, roles }) {
    const arn = roleArn(accountId, config.name);
    roles.putRole(arn, config.assume_role_policy);
    return { attributes: { arn, id: config.name, name: config.name, unique_id: address } };
  },
});

export function roleArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`;
}
