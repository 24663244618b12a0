import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { listSubjects, parseGithubRepository } from "../../terraform-state-backend/github-subjects.ts";
import { KNOWN_TYPES } from "../../terraform-state-backend/resource-permissions.ts";
import { parseSettings, type SettingsInput } from "../../terraform-state-backend/settings-form.ts";
import type { StateBackendProps } from "../../terraform-state-backend/state-backend-stack.ts";
import { synthesizeStateBackend } from "../../terraform-state-backend/synthesize.ts";
import { cleanEnvironment, PLUGIN_FOLDER, startTerraform, WITHOUT_PROVIDER } from "./terraform.ts";

type Body = Readonly<Record<string, unknown>>;
type Document = {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly terraform: { readonly backend: Body };
  readonly provider: { readonly aws: readonly [Body] };
  readonly import?: readonly Body[];
};
interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Body>>;
}

const PLACE = { accountId: "111111111111", region: "eu-central-1" } as const;
const BUCKET = "darkroom-terraform-state-111111111111-eu-central-1";
const GITHUB = { repository: "octo-org@123456/darkroom@456789" };
const TOKEN = "token.actions.githubusercontent.com";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-state-backend-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synthesize(settings: SettingsInput = {}, props: Partial<StateBackendProps> = {}) {
  const parsed = parseSettings(settings);
  const output = mkdtempSync(join(folder, "out-"));
  const stack = synthesizeStateBackend(output, {
    ...PLACE,
    environments: ["dev"],
    types: KNOWN_TYPES,
    settings: parsed,
    ...props,
  });
  const text = readFileSync(join(stack, "cdk.tf.json"), "utf8");
  return { stack, text, document: JSON.parse(text) as Document };
}

function listAddresses({ resource }: Document): string[] {
  return Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((id) => `${type}.${id}`));
}

function get({ resource }: Document, address: string): Body {
  const [type = "", id = ""] = address.split(".");
  const body = resource[type]?.[id];
  if (!body) throw new Error(`The stack declares no ${address}.`);
  return body;
}

function readStatements(document: Document, address: string, attribute = "policy"): Statement[] {
  return JSON.parse(String(get(document, address)[attribute])).Statement;
}

function asList(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

describe("the state backend", () => {
  it("is a bucket and what makes it safe, nothing else", () => {
    const { document } = synthesize();

    expect(listAddresses(document).sort()).toEqual([
      "aws_s3_bucket.state",
      "aws_s3_bucket_lifecycle_configuration.state", // forgets replaced states after a year
      "aws_s3_bucket_ownership_controls.state", // no ACLs
      "aws_s3_bucket_policy.state", // TLS only
      "aws_s3_bucket_public_access_block.state",
      "aws_s3_bucket_server_side_encryption_configuration.state",
      "aws_s3_bucket_versioning.state", // the way back
    ]);
  });

  it("has a name of its own in the world, and cannot be destroyed (CKV_AWS_21, CKV_AWS_19, CKV_AWS_53–56)", () => {
    const { document } = synthesize();

    expect(get(document, "aws_s3_bucket.state")).toMatchObject({
      bucket: BUCKET,
      force_destroy: false,
      lifecycle: { prevent_destroy: true },
    });
    expect(get(document, "aws_s3_bucket_versioning.state")).toMatchObject({
      versioning_configuration: { status: "Enabled" },
    });
    expect(get(document, "aws_s3_bucket_server_side_encryption_configuration.state")).toMatchObject({
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    });
    expect(get(document, "aws_s3_bucket_public_access_block.state")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });

  it("P3: refuses what comes without TLS, or over an old one", () => {
    const statements = readStatements(synthesize().document, "aws_s3_bucket_policy.state");

    expect(statements.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ["Deny", { Bool: { "aws:SecureTransport": "false" } }],
      ["Deny", { NumericLessThan: { "s3:TlsVersion": "1.2" } }],
    ]);
  });

  it("never expires a current state", () => {
    const { rule } = get(synthesize().document, "aws_s3_bucket_lifecycle_configuration.state");

    expect(rule).toMatchObject([
      { noncurrent_version_expiration: [{ noncurrent_days: 365 }] },
      { expiration: [{ expired_object_delete_marker: true }] },
    ]);
    expect(JSON.stringify(rule)).not.toContain('"days"');
  });

  it("keeps its own state in itself, locked beside it, and refuses another account's credentials", () => {
    const { document } = synthesize();

    expect(document.terraform.backend).toEqual({
      s3: {
        bucket: BUCKET,
        key: "state-backend/terraform.tfstate",
        region: "eu-central-1",
        encrypt: true,
        allowed_account_ids: ["111111111111"],
        use_lockfile: true,
      },
    });
    expect(document.provider.aws[0]).toMatchObject({ allowed_account_ids: ["111111111111"] });
  });

  it("keeps it in a file until there is a bucket, by a path that no machine has to itself", () => {
    const { document, text } = synthesize({}, { ownState: "file" });

    expect(document.terraform.backend).toEqual({
      local: { path: "../../../terraform.darkroom-state-backend-111111111111-eu-central-1.tfstate" },
    });
    expect(text).not.toContain(folder);
    expect(text).not.toContain(PROJECT_FOLDER);
  });

  it("locks in a table where it is told to, and then there alone: Terraform before 1.10 knows no use_lockfile", () => {
    const { document } = synthesize({ lockTable: true });

    expect(document.terraform.backend).toMatchObject({ s3: { dynamodb_table: "darkroom-terraform-locks" } });
    expect(JSON.stringify(document.terraform.backend)).not.toContain("use_lockfile");
    expect(get(document, "aws_dynamodb_table.locks")).toMatchObject({ hash_key: "LockID", attribute: [{ type: "S" }] });
  });

  it("takes over what is there already instead of creating it", () => {
    const adopted = { bucket: true, lockTable: true, roles: ["darkroom-terraform-plan-eu-central-1"] };
    const { document } = synthesize({ lockTable: true, github: GITHUB }, { adopted, ownsGithubProvider: false });

    expect(document.import).toEqual([
      { id: BUCKET, to: "aws_s3_bucket.state" },
      { id: "darkroom-terraform-locks", to: "aws_dynamodb_table.locks" },
      { id: "darkroom-terraform-plan-eu-central-1", to: "aws_iam_role.plan" },
    ]);
    expect(listAddresses(document)).not.toContain("aws_iam_openid_connect_provider.github");
  });
});

describe("the roles for GitHub", () => {
  const trust = (document: Document, role: string) =>
    readStatements(document, `aws_iam_role.${role}`, "assume_role_policy")[0]?.Condition;

  it("trust a repository by its name and by its ids, exactly, whichever of them its tokens carry", () => {
    const { document } = synthesize({ github: GITHUB });

    expect(trust(document, "apply_dev")).toEqual({
      StringEquals: {
        [`${TOKEN}:aud`]: "sts.amazonaws.com",
        [`${TOKEN}:sub`]: [
          "repo:octo-org/darkroom:environment:dev",
          "repo:octo-org@123456/darkroom@456789:environment:dev",
        ],
      },
    });
  });

  it("let pull requests and the main branch in to plan, and nothing but an environment's jobs to apply", () => {
    const { document } = synthesize({ github: GITHUB }, { environments: ["dev", "staging"] });
    const contexts = (role: string) =>
      JSON.stringify(trust(document, role)).match(
        /(?<=:(octo-org|darkroom)\S*?:)(pull_request|ref:[^"]*|environment:[^"]*)(?=")/g,
      ) ?? [];

    expect(listAddresses(document).filter((address) => address.startsWith("aws_iam_role."))).toEqual([
      "aws_iam_role.apply_dev",
      "aws_iam_role.apply_staging",
      "aws_iam_role.plan",
    ]);
    expect(new Set(contexts("plan"))).toEqual(new Set(["pull_request", "ref:refs/heads/main"]));
    expect(new Set(contexts("apply_staging"))).toEqual(new Set(["environment:staging"]));
  });

  it("trust any ids under the name where the settings give none", () => {
    const repository = parseGithubRepository("octo-org/darkroom");

    expect(repository && listSubjects(repository, ["pull_request"])).toEqual({
      operator: "StringLike",
      subjects: ["repo:octo-org/darkroom:pull_request", "repo:octo-org@*/darkroom@*:pull_request"],
    });
  });

  it.each(["octo-org", "octo-org/dark*room", "octo-org@1/darkroom", "octo-org/darkroom@2", "a/b:ref", "*/*"])(
    "are not made for %s, which is no repository",
    (repository) => {
      expect(() => parseSettings({ github: { repository } })).toThrow(
        `github.repository: is "${repository}"; expected owner/repository, or owner@123/repository@456 with both ids`,
      );
    },
  );

  it("P1: let a pull request read settings alone: no action that changes, no content but the states and the build's files", () => {
    const statements = readStatements(synthesize({ github: GITHUB }).document, "aws_iam_role_policy.plan");
    const actions = statements.flatMap(({ Action }) => asList(Action));
    const readers = statements.filter(({ Action }) =>
      asList(Action).some((action) => action.startsWith("s3:GetObject")),
    );

    expect(actions.filter((action) => !/^[a-z0-9]+:(Get|List|Describe|View|GET$)/.test(action))).toEqual([]);
    expect(
      actions.filter((action) => /:(Get)?\*$|GetItem|Scan|Query$|GetLogEvents|ReceiveMessage|GetSecret/.test(action)),
    ).toEqual(["cloudfront:Get*"]);
    expect(readers.flatMap(({ Resource }) => asList(Resource))).toEqual([
      `arn:aws:s3:::${BUCKET}/stacks/*`,
      "arn:aws:s3:::darkroom-*-artifacts-111111111111-eu-central-1/*",
      "arn:aws:s3:::darkroom-*-site-111111111111-eu-central-1/*",
    ]);
  });

  it("P1: let a deployment reach its own environment's states and names, and neither the backend nor its roles", () => {
    const statements = readStatements(synthesize({ github: GITHUB }).document, "aws_iam_role_policy.apply_dev");
    const named = statements.filter(({ Resource }) => Resource !== "*");
    const resources = named.flatMap(({ Resource }) => asList(Resource));
    const own = /darkroom-dev-\*|stacks\/darkroom-dev-\*\/|table\/darkroom-terraform-locks$|::\/(apis|tags\/)\*$/;

    expect(resources.filter((resource) => !own.test(resource))).toEqual([`arn:aws:s3:::${BUCKET}`]);
    expect(
      statements.flatMap(({ Action }) => asList(Action)).filter((action) => /^(\*|iam:\*|sts:)/.test(action)),
    ).toEqual([]);
    expect(statements.find(({ Sid }) => Sid === "PassRoles")?.Condition).toEqual({
      StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] },
    });
  });

  it("have policies within what AWS takes of a role, 10 240 characters", () => {
    const { document } = synthesize({ github: GITHUB }, { environments: ["staging"] });

    for (const id of ["plan", "apply_staging"]) {
      expect(String(get(document, `aws_iam_role_policy.${id}`).policy).length).toBeLessThan(10_240);
    }
  });
});

const title = `Terraform${WITHOUT_PROVIDER ? ` (skipped: ${WITHOUT_PROVIDER})` : ""}`;

describe.skipIf(WITHOUT_PROVIDER)(title, { timeout: 120_000 }, () => {
  it("finds the backend valid with everything that can be asked for, and plans it without an account", async () => {
    const { stack, document } = synthesize({ github: GITHUB, lockTable: true }, { ownState: "file" });
    const aws = { skip_credentials_validation: true, skip_requesting_account_id: true, allowed_account_ids: [] };
    writeFileSync(join(stack, "mock_override.tf.json"), JSON.stringify({ provider: { aws: [aws] } }));
    const env = { ...cleanEnvironment(), AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" };
    const run = (...args: string[]) => startTerraform(stack, env, ...args, "-no-color").outcome;

    const initialized = await run("init", "-input=false", `-plugin-dir=${PLUGIN_FOLDER}`);
    const validated = await run("validate");
    const planned = await run("plan", "-refresh=false", "-input=false");

    expect(initialized.status, initialized.text).toBe(0);
    expect(validated.text).toContain("The configuration is valid.");
    expect(planned.text).toContain(`Plan: ${listAddresses(document).length} to add, 0 to change, 0 to destroy.`);
    expect(planned.text).not.toContain("Warning:");
  });
});
