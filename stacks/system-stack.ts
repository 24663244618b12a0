import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider/index.js";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { Watch } from "./constructs/watch.ts";
import type { Artifacts } from "./support/artifacts.ts";
import { useBackend } from "./support/backend.ts";
import type { EnvironmentBase } from "./support/environment.ts";
import { type NamingScope, stackName } from "./support/naming.ts";
import type { StateBackend } from "./support/state-backends.ts";

/** What a system's stack is made from. `Settings` is the system's own block of the environment. */
export interface SystemStackProps<Settings> {
  readonly environment: EnvironmentBase;
  readonly settings: Settings;
  readonly artifacts: Artifacts;
  /** Where its state is kept. @default a file in the checkout */
  readonly stateBackend?: StateBackend | undefined;
}

/** What every system's stack has: provider and tags, the place of its state, names of its own, and whoever is told. */
export abstract class SystemStack<Settings extends object = object> extends TerraformStack {
  /** The system's name. */
  readonly system: string;
  /** What all systems have in common, and this one's own block. */
  protected readonly environment: EnvironmentBase & Settings;
  protected readonly artifacts: Artifacts;
  protected readonly naming: NamingScope;
  private readonly provider: AwsProviderConfig;

  constructor(
    scope: Construct,
    system: string,
    { environment, settings, artifacts, stateBackend }: SystemStackProps<Settings>,
  ) {
    super(scope, stackName(system, environment.name));
    this.system = system;
    this.environment = { ...environment, ...settings };
    this.artifacts = artifacts;
    const { name, accountId, region } = environment;
    this.naming = { environment: name, system, accountId, region };
    this.provider = this.createProvider();
    useBackend(this, { ...this.naming, stateBackend });
  }

  /** Who is told of what goes wrong; undefined where the environment has no alarms. */
  protected createWatch(): Watch | undefined {
    const { alarms } = this.environment;
    return alarms && new Watch(this, alarms, this.naming, this.provider);
  }

  private createProvider(): AwsProviderConfig {
    const { region, accountId, name } = this.environment;
    const settings = {
      region,
      allowedAccountIds: [accountId],
      defaultTags: [{ tags: { Project: "darkroom", Environment: name, Stack: this.node.id } }],
    };
    new AwsProvider(this, "aws", settings);
    return settings;
  }
}
