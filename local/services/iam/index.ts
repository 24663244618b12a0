import { defineService } from "../../service.ts";
import { awsIamRole } from "./resources/aws-iam-role.ts";
import { awsIamRolePolicy } from "./resources/aws-iam-role-policy.ts";

/** The roles that the stacks declare; local/iam decides by them. */
export const iam = defineService({
  name: "iam",
  create: ({ roles }) => roles,
  resources: [awsIamRolePolicy, awsIamRole],
});
