import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Account, openAccount } from "./account.ts";
import { BootstrapError } from "./bootstrap-error.ts";
import {
  applyRoleName,
  type BackendScope,
  githubProviderArn,
  LOCK_TABLE_NAME,
  planRoleName,
  roleArn,
  stackId,
  stateBucketName,
} from "./names.ts";
import type { Settings } from "./settings-form.ts";
import type { StateBackendProps } from "./state-backend-stack.ts";
import { type StackCheck, synthesizeStateBackend } from "./synthesize.ts";
import type { Terraform } from "./terraform.ts";

export interface BootstrapOptions extends BackendScope {
  readonly environments: readonly string[];
  /** Terraform's, which the stacks declare: what GitHub's roles may read and make. */
  readonly types: readonly string[];
  readonly settings: Settings;
  readonly terraform: Terraform;
  /** Where Terraform's files go, and its state until there is a bucket. */
  readonly workFolder: string;
  /** For an endpoint that is not AWS's. @default false */
  readonly usePathStyle?: boolean;
  /** Sees the stack before Terraform does. */
  readonly check: StackCheck;
  readonly show: (text: string) => void;
}

/** What a stack needs to keep its state here. */
export interface StateBackend {
  readonly bucket: string;
  /** Where to lock, unless beside the state. */
  readonly lockTable?: string;
  readonly usePathStyle?: boolean;
  /** ARNs of the roles for GitHub's workflows, and the Terraform types that they may read and make. */
  readonly roles?: {
    readonly plan: string;
    readonly apply: Readonly<Record<string, string>>;
    readonly types: readonly string[];
  };
}

const PLAN_FILE = "bootstrap.tfplan";
/** Of `plan -detailed-exitcode`. */
const HAS_CHANGES = 2;

/**
 * Makes the backend of one account and region, or brings it up to date; a second run changes nothing. It stops anywhere
 * without harm: each run looks at what is there and goes on. It destroys nothing.
 */
export async function bootstrapBackend(options: BootstrapOptions): Promise<StateBackend> {
  const account = openAccount(options, { usePathStyle: options.usePathStyle ?? false });
  try {
    const run = new Bootstrap(options, account);
    await run.changeWhatDiffers(await run.open());
    await run.moveStateIntoBucket();
    return describeBackend(options);
  } finally {
    account.close();
  }
}

class Bootstrap {
  private readonly options: BootstrapOptions;
  private readonly account: Account;
  private readonly props: StateBackendProps;
  private ownState: "file" | "bucket" = "bucket";

  constructor(options: BootstrapOptions, account: Account) {
    this.options = options;
    this.account = account;
    const { accountId, region, environments, types, settings, usePathStyle } = options;
    this.props = { accountId, region, environments, types, settings, usePathStyle };
  }

  /** Finds the backend's own state, and what is there already. Returns what the plan must know of it. */
  async open(): Promise<Pick<StateBackendProps, "adopted" | "ownsGithubProvider">> {
    const { show, terraform } = this.options;
    show(`\n[1/4] Looking at account ${this.options.accountId}, ${this.options.region}\n`);
    const hasBucket = await this.account.hasBucket();
    this.ownState = hasBucket && (await this.account.hasOwnState()) ? "bucket" : "file";
    show(`  ${stateBucketName(this.options)}: ${describeFound(hasBucket, this.ownState)}\n`);
    const folder = this.synthesize({});
    await terraform.run(folder, ["init", "-reconfigure", "-input=false"]);
    const known = listAddresses(await terraform.read(folder, ["state", "pull"]));
    return this.compare(known, hasBucket);
  }

  async changeWhatDiffers(found: Partial<StateBackendProps>): Promise<void> {
    const { show, terraform } = this.options;
    show("\n[2/4] Planning\n");
    const folder = this.synthesize(found);
    const args = ["plan", "-input=false", "-detailed-exitcode", `-out=${PLAN_FILE}`];
    const hasChanges = (await terraform.run(folder, args, [0, HAS_CHANGES])) === HAS_CHANGES;
    if (hasChanges) {
      refuseDestruction(await terraform.read(folder, ["show", "-json", PLAN_FILE]));
      show("\n[3/4] Applying\n");
      await terraform.run(folder, ["apply", "-input=false", PLAN_FILE]);
    } else {
      show("\n[3/4] Nothing to change\n");
    }
    rmSync(join(folder, PLAN_FILE), { force: true });
  }

  async moveStateIntoBucket(): Promise<void> {
    const { show, terraform, workFolder } = this.options;
    if (this.ownState === "bucket") {
      show("\n[4/4] The backend's own state is in the bucket\n");
      return;
    }
    show("\n[4/4] Moving the backend's own state into the bucket\n");
    this.ownState = "bucket";
    const folder = this.synthesize({});
    await terraform.run(folder, ["init", "-migrate-state", "-force-copy", "-input=false"]);
    if (!(await this.account.hasOwnState())) {
      throw new BootstrapError(
        `${terraform.binary} moved the state, but the bucket does not hold it. Its file is kept in ${workFolder}: run this again.`,
      );
    }
    const file = join(workFolder, `terraform.${stackId(this.options)}.tfstate`);
    for (const path of [file, `${file}.backup`]) rmSync(path, { force: true });
  }

  private synthesize(found: Partial<StateBackendProps>): string {
    const outputFolder = join(this.options.workFolder, "cdktf.out");
    const props = { ...this.props, ...found, ownState: this.ownState };
    return synthesizeStateBackend(outputFolder, props, this.options.check);
  }

  /** What is there without being known must be taken over, or left to whom it belongs. */
  private async compare(known: ReadonlySet<string>, hasBucket: boolean) {
    const { settings, environments } = this.options;
    const { account } = this;
    const roles: string[] = [];
    let ownsGithubProvider = true;
    if (settings.github) {
      const wanted = [
        ["plan", planRoleName(this.options)],
        ...environments.map((name) => [`apply_${name}`, applyRoleName(this.options, name)]),
      ] as const;
      for (const [id = "", name = ""] of wanted) {
        if (!known.has(`aws_iam_role.${id}`) && (await account.hasRole(name))) roles.push(name);
      }
      ownsGithubProvider = known.has("aws_iam_openid_connect_provider.github") || !(await account.hasGithubProvider());
    }
    const lockTable = settings.lockTable && !known.has("aws_dynamodb_table.locks") && (await account.hasLockTable());
    const adopted = { bucket: hasBucket && !known.has("aws_s3_bucket.state"), lockTable, roles };
    this.sayWhatIsAdopted(adopted, ownsGithubProvider);
    return { adopted, ownsGithubProvider };
  }

  private sayWhatIsAdopted(
    adopted: { readonly bucket: boolean; readonly lockTable: boolean; readonly roles: readonly string[] },
    ownsGithubProvider: boolean,
  ): void {
    const names = [
      ...(adopted.bucket ? [stateBucketName(this.options)] : []),
      ...(adopted.lockTable ? [LOCK_TABLE_NAME] : []),
      ...adopted.roles,
    ];
    for (const name of names) this.options.show(`  ${name} is there already: it is taken over\n`);
    if (!ownsGithubProvider) {
      this.options.show(`  ${githubProviderArn(this.options)} is there already: it is used as it is\n`);
    }
  }
}

function describeFound(hasBucket: boolean, ownState: "file" | "bucket"): string {
  if (!hasBucket) return "does not exist yet";
  return ownState === "bucket"
    ? "exists, and holds the backend's own state"
    : "exists, without the backend's own state";
}

/** `aws_s3_bucket.state` … of what `state pull` prints; nothing where there is no state yet. */
function listAddresses(pulled: string): Set<string> {
  if (pulled.trim() === "") return new Set();
  const { resources = [] } = JSON.parse(pulled) as { resources?: { type: string; name: string }[] };
  return new Set(resources.map(({ type, name }) => `${type}.${name}`));
}

function refuseDestruction(planJson: string): void {
  const { resource_changes: changes = [] } = JSON.parse(planJson) as {
    resource_changes?: { address: string; change: { actions: string[] } }[];
  };
  const destroyed = changes.filter(({ change }) => change.actions.includes("delete")).map(({ address }) => address);
  if (destroyed.length === 0) return;
  throw new BootstrapError(
    [
      `The plan above would destroy or replace ${destroyed.join(", ")}, and bootstrap destroys nothing.`,
      "Take the setting back that asks for it, or follow docs/bootstrap.md, Take something away.",
    ].join("\n"),
  );
}

function describeBackend(options: BootstrapOptions): StateBackend {
  const { settings, environments, types, usePathStyle } = options;
  const apply = environments.map((name) => [name, roleArn(options, applyRoleName(options, name))]);
  return {
    bucket: stateBucketName(options),
    ...(settings.lockTable && { lockTable: LOCK_TABLE_NAME }),
    ...(usePathStyle && { usePathStyle }),
    ...(settings.github && {
      roles: { plan: roleArn(options, planRoleName(options)), apply: Object.fromEntries(apply), types },
    }),
  };
}
