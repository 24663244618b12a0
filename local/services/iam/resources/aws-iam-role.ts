import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import type { RoleStore } from "../../../iam/role-store.ts";
import { tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import { stableId } from "../../../model/resources/stable-id.ts";
import type { StackRuntime } from "../../../runtime.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(64),
  assume_role_policy: policyText("trust"),
  // For readers and the console.
  description: z.string().optional(),
  tags,
});

export const awsIamRole = defineResource<StackRuntime & { iam: RoleStore }, z.infer<typeof schema>>({
  type: "aws_iam_role",
  uniqueBy: "name",
  schema,
  exports: ["arn", "id", "name", "unique_id"],
  async start({ address, config }, runtime) {
    const arn = roleArn(runtime.accountId, config.name);
    runtime.iam.putRole(arn, config.assume_role_policy);
    return {
      attributes: {
        arn,
        id: config.name,
        name: config.name,
        unique_id: `AROA${stableId(runtime, address, 17).toUpperCase()}`,
      },
    };
  },
});

export function roleArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`;
}
