/** Where a state backend stands: one in each account and region. */
export interface BackendScope {
  /** 12 digits. */
  readonly accountId: string;
  /** `eu-central-1` */
  readonly region: string;
}

/** The state of the backend itself; `force-unlock` and a restore need to know it (docs/bootstrap.md). */
export const OWN_STATE_KEY = "state-backend/terraform.tfstate";
/** States of the stacks stand below it, one folder for each. */
export const STACKS_PREFIX = "stacks/";
/** One in account and region, as DynamoDB has it. */
export const LOCK_TABLE_NAME = "darkroom-terraform-locks";
export const GITHUB_TOKEN_HOST = "token.actions.githubusercontent.com";

/** `darkroom-terraform-state-111111111111-eu-central-1`: at most 55 characters of S3's 63. */
export function stateBucketName({ accountId, region }: BackendScope): string {
  return `darkroom-terraform-state-${accountId}-${region}`;
}

/** `darkroom-state-backend-111111111111-eu-central-1` */
export function stackId({ accountId, region }: BackendScope): string {
  return `darkroom-state-backend-${accountId}-${region}`;
}

/** Roles belong to the account and not to a region, of which it may have several. */
export function planRoleName({ region }: BackendScope): string {
  return `darkroom-terraform-plan-${region}`;
}

export function applyRoleName({ region }: BackendScope, environment: string): string {
  return `darkroom-terraform-apply-${environment}-${region}`;
}

export function roleArn({ accountId }: BackendScope, roleName: string): string {
  return `arn:aws:iam::${accountId}:role/${roleName}`;
}

/** An account has at most one provider of a host, so its ARN is known before it exists. */
export function githubProviderArn({ accountId }: BackendScope): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${GITHUB_TOKEN_HOST}`;
}
