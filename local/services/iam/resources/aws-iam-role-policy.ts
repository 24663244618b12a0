import * as z from "zod";
import { policyText } from "../../../iam/policy-text.ts";
import type { RoleStore } from "../../../iam/role-store.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import { roleArn } from "./aws-iam-role.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(128),
  /** The role's name. */
  role: z.string().min(1),
  policy: policyText("identity"),
});

export const awsIamRolePolicy = defineResource<StackRuntime & { iam: RoleStore }, z.infer<typeof schema>>({
  type: "aws_iam_role_policy",
  schema,
  exports: ["id", "name", "role"],
  async start({ config }, { accountId, iam }) {
    iam.putPolicy(roleArn(accountId, config.role), config.name, config.policy);
    return { attributes: { id: `${config.role}:${config.name}` } };
  },
});
