/** `Version`/`Statement` of an IAM policy, parsed and checked. */
export type PolicyDocument = { readonly Version?: string; readonly Statement: readonly unknown[] };
