import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { LocalBackend, S3Backend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { GithubRoles } from "./github-roles.ts";
import { type BackendScope, LOCK_TABLE_NAME, OWN_STATE_KEY, stackId, stateBucketName } from "./names.ts";
import type { Settings } from "./settings-form.ts";
import { StateBucket } from "./state-bucket.ts";

export interface StateBackendProps extends BackendScope {
  /** Environments that live in this account and region. */
  readonly environments: readonly string[];
  /** Terraform's, which the stacks declare: what GitHub's roles may read and make. */
  readonly types: readonly string[];
  readonly settings: Settings;
  /** Where this stack keeps its own state: in a file until there is a bucket. @default bucket */
  readonly ownState?: "file" | "bucket";
  /** What is there already without being in the state. @default nothing */
  readonly adopted?: Adopted;
  /** False: the account's provider of GitHub's tokens belongs to somebody else. @default true */
  readonly ownsGithubProvider?: boolean;
  /** For an endpoint that is not AWS's, and has no name for each bucket. @default false */
  readonly usePathStyle?: boolean;
}

/** Things that Terraform takes over instead of creating them. */
export interface Adopted {
  readonly bucket?: boolean;
  readonly lockTable?: boolean;
  /** By name. */
  readonly roles?: readonly string[];
}

/** Where the states of an account and region are kept, and who may use them. */
export class StateBackendStack extends TerraformStack {
  private readonly props: StateBackendProps;

  constructor(scope: Construct, props: StateBackendProps) {
    super(scope, stackId(props));
    this.props = props;
    this.createProvider();
    this.createBackend();
    new StateBucket(this, { bucketName: stateBucketName(props), isAdopted: props.adopted?.bucket ?? false });
    if (props.settings.lockTable) this.createLockTable();
    if (props.settings.github) this.createGithubRoles(props.settings.github);
  }

  private createProvider(): void {
    const { accountId, region, usePathStyle } = this.props;
    new AwsProvider(this, "aws", {
      region,
      allowedAccountIds: [accountId],
      s3UsePathStyle: usePathStyle || undefined,
      defaultTags: [{ tags: { Project: "darkroom", Stack: this.node.id } }],
    });
  }

  private createBackend(): void {
    const { accountId, region, ownState, settings, usePathStyle } = this.props;
    if (ownState === "file") {
      // Relative to the folder that Terraform runs in, so that synthesis is the same wherever it runs.
      new LocalBackend(this, { path: `../../../terraform.${this.node.id}.tfstate` });
      return;
    }
    const backend = {
      bucket: stateBucketName(this.props),
      key: OWN_STATE_KEY,
      region,
      encrypt: true,
      allowedAccountIds: [accountId],
      ...(settings.lockTable ? { dynamodbTable: LOCK_TABLE_NAME } : { useLockfile: true }),
      ...(usePathStyle && { usePathStyle }),
    };
    new S3Backend(this, backend);
  }

  private createLockTable(): void {
    const table = new DynamodbTable(this, "locks", {
      name: LOCK_TABLE_NAME,
      billingMode: "PAY_PER_REQUEST",
      // The name that Terraform's S3 backend looks for.
      hashKey: "LockID",
      attribute: [{ name: "LockID", type: "S" }],
      serverSideEncryption: { enabled: true },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    });
    table.overrideLogicalId("locks");
    if (this.props.adopted?.lockTable) table.importFrom(LOCK_TABLE_NAME);
  }

  private createGithubRoles(github: NonNullable<Settings["github"]>): void {
    new GithubRoles(this, {
      scope: this.props,
      github,
      environments: this.props.environments,
      types: this.props.types,
      ownsProvider: this.props.ownsGithubProvider ?? true,
      adoptedRoles: this.props.adopted?.roles ?? [],
    });
  }
}
