import type { PolicyDocument } from "./policy.ts";

/** The roles that the stacks declare, for `authorize` to look up. */
export interface RoleStore {
  putRole(arn: string, trustPolicy: PolicyDocument): void;
  putPolicy(roleArn: string, name: string, policy: PolicyDocument): void;
}

/** What `authorize` reads of the roles that the stack declares. */
export interface RolePolicies {
  listPolicies(roleArn: string): readonly PolicyDocument[];
  findTrustPolicy(roleArn: string): PolicyDocument | undefined;
}

/** Roles live as long as the runtime: the stack declares all of them again at each start. */
export function createRoleStore(): RoleStore & RolePolicies {
  const roles = new Map<string, { readonly trust: PolicyDocument; readonly policies: Map<string, PolicyDocument> }>();
  return {
    putRole(arn, trust) {
      roles.set(arn, { trust, policies: roles.get(arn)?.policies ?? new Map() });
    },
    putPolicy(roleArn, name, policy) {
      const role = roles.get(roleArn);
      if (!role) throw new Error(`The policy ${name} belongs to the role ${roleArn}, which does not exist.`);
      role.policies.set(name, policy);
    },
    listPolicies: (roleArn) => [...(roles.get(roleArn)?.policies.values() ?? [])],
    findTrustPolicy: (roleArn) => roles.get(roleArn)?.trust,
  };
}
