import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { listApplyStatements } from "./apply-permissions.ts";
import { listSubjects } from "./github-subjects.ts";
import { applyRoleName, type BackendScope, GITHUB_TOKEN_HOST, githubProviderArn, planRoleName } from "./names.ts";
import { listPlanStatements } from "./plan-permissions.ts";
import type { GithubSettings } from "./settings-form.ts";
import { policyDocument, type Statement } from "./statement.ts";

export interface GithubRolesProps {
  readonly scope: BackendScope;
  readonly github: GithubSettings;
  /** Environments of this account and region, which GitHub's environments are named for. */
  readonly environments: readonly string[];
  /** Terraform's, which the environments' stacks declare: what the roles may read and make. */
  readonly types: readonly string[];
  /** False: the account has GitHub's provider, and somebody else looks after it. */
  readonly ownsProvider: boolean;
  /** Roles that are there already, and that Terraform takes over. */
  readonly adoptedRoles: readonly string[];
}

/** An hour is the least that a role may be set to; no plan or deployment of Darkroom takes longer. */
const MAX_SESSION_SECONDS = 3600;
const AUDIENCE = "sts.amazonaws.com";

/** Lets one repository's workflows in without a stored key: to read in pull requests, to change from an environment. */
export class GithubRoles extends Construct {
  private readonly props: GithubRolesProps;
  private readonly provider: IamOpenidConnectProvider | undefined;

  constructor(scope: Construct, props: GithubRolesProps) {
    super(scope, "github");
    this.props = props;
    this.provider = props.ownsProvider ? this.createProvider() : undefined;
    this.createPlanRole();
    for (const environment of props.environments) this.createApplyRole(environment);
  }

  private createProvider(): IamOpenidConnectProvider {
    const provider = new IamOpenidConnectProvider(this, "provider", {
      url: `https://${GITHUB_TOKEN_HOST}`,
      clientIdList: [AUDIENCE],
    });
    provider.overrideLogicalId("github");
    return provider;
  }

  private createPlanRole(): void {
    const { scope, github, types } = this.props;
    this.createRole("plan", {
      name: planRoleName(scope),
      description: `Plans for pull requests of ${github.repository.owner}/${github.repository.name}; changes nothing`,
      contexts: ["pull_request", `ref:refs/heads/${github.branch}`],
      statements: listPlanStatements(scope, types),
    });
  }

  private createApplyRole(environment: string): void {
    const { scope, github, types } = this.props;
    this.createRole(`apply_${environment}`, {
      name: applyRoleName(scope, environment),
      description: `Deploys ${environment} from ${github.repository.owner}/${github.repository.name}`,
      contexts: [`environment:${environment}`],
      statements: listApplyStatements(scope, environment, types),
    });
  }

  private createRole(
    id: string,
    role: {
      readonly name: string;
      readonly description: string;
      readonly contexts: readonly string[];
      readonly statements: readonly Statement[];
    },
  ): void {
    const created = new IamRole(this, `${id}-role`, {
      name: role.name,
      description: role.description,
      maxSessionDuration: MAX_SESSION_SECONDS,
      assumeRolePolicy: policyDocument([this.trust(role.contexts)]),
      dependsOn: this.provider && [this.provider],
    });
    created.overrideLogicalId(id);
    if (this.props.adoptedRoles.includes(role.name)) created.importFrom(role.name);
    new IamRolePolicy(this, `${id}-policy`, {
      name: id,
      role: created.name,
      policy: policyDocument(role.statements),
    }).overrideLogicalId(id);
  }

  private trust(contexts: readonly string[]): Statement {
    const { operator, subjects } = listSubjects(this.props.github.repository, contexts);
    const sub = { [`${GITHUB_TOKEN_HOST}:sub`]: subjects };
    const aud = { [`${GITHUB_TOKEN_HOST}:aud`]: AUDIENCE };
    return {
      Sid: "Github",
      Effect: "Allow",
      Principal: { Federated: githubProviderArn(this.props.scope) },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition:
        operator === "StringEquals" ? { StringEquals: { ...aud, ...sub } } : { StringEquals: aud, StringLike: sub },
    };
  }
}
