import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { readSources } from "../../plan/model/source.ts";
import { parsePlan } from "../../plan/model/terraform-plan.ts";
import { createReview } from "../../plan/review.ts";
import { synthesize } from "../../stacks/app.ts";
import { SYSTEMS } from "../../systems.ts";
import { writeFixtureArtifacts } from "../stacks/fixture-artifacts.ts";
import { ref } from "../stacks/synthesized.ts";
import { environments } from "../support/environments.ts";
import { init, mockProvider, plan, terraform, WITHOUT_TERRAFORM } from "../terraform/terraform.ts";
import { type EditableStack, editStack, writeAppliedState } from "./applied-state.ts";
import { told } from "./plans.ts";

const title = (what: string) => (WITHOUT_TERRAFORM ? `${what} (skipped: ${WITHOUT_TERRAFORM})` : what);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-review-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run plan`, `npm run deploy` or `npm run destroy`, but for the build, on stacks that are there already. */
function run(program: "main" | "deploy" | "apply" | "destroy", synthesized: string, ...args: readonly string[]) {
  const {
    TF_CLI_CONFIG_FILE: _mayNotExist,
    AWS_PROFILE: _profile,
    GITHUB_STEP_SUMMARY: _ci,
    ...inherited
  } = process.env;
  const env = {
    ...inherited,
    CHECKPOINT_DISABLE: "1",
    AWS_ACCESS_KEY_ID: "mock",
    AWS_SECRET_ACCESS_KEY: "mock",
    TF_CLI_ARGS_init: `-plugin-dir=${process.env.DARKROOM_TERRAFORM_PLUGIN_DIR}`,
    TF_CLI_ARGS_plan: "-lock=false -refresh=false",
  };
  const command = ["--import", "tsx", join(PROJECT_FOLDER, `plan/${program}.ts`), "--synthesized", synthesized];
  const options = { cwd: PROJECT_FOLDER, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  return spawnSync(process.execPath, [...command, ...args], options);
}

describe.skipIf(WITHOUT_TERRAFORM)(
  title("a plan of the media stack, changed between two synths"),
  { timeout: 240_000 },
  () => {
    let synthesized: string;
    let stack: string;
    let first: string;
    let unchanged: string;

    beforeAll(() => {
      const artifactsFolder = writeFixtureArtifacts(join(folder, "dist"));
      synthesized = join(folder, "cdktf.out");
      [stack = ""] = synthesize({
        systems: SYSTEMS,
        environments: [environments.dev],
        artifactsFolder,
        outputFolder: synthesized,
      }).folders;
      mockProvider(stack);
      init(stack);
      first = planJson();
      writeAppliedState(stack);
      unchanged = planJson();
    }, 240_000);

    function planJson(): string {
      const { status, text } = plan(stack);
      if (status !== 0) throw new Error(text);
      return terraform(stack, "show", "-json", "plan.bin").stdout;
    }

    function reviewOf(json: string) {
      const sources = readSources(readFileSync(join(stack, "cdk.tf.json"), "utf8"));
      return createReview(parsePlan(json), { stack: "darkroom-dev-media", sources, allowedDestroys: [] });
    }

    it("for an empty account names every permission, with its place in the code, though no ARN is known yet", () => {
      const review = reviewOf(first);

      expect(review.counts).toMatchObject({ change: 0, replace: 0, destroy: 0 });
      expect(review.counts.add).toBeGreaterThan(80);
      expect(review.changes.every(({ source }) => (source?.lines.length ?? 0) > 0)).toBe(true);
      expect(told(review).join("\n")).not.toContain("cannot be compared");
      expect(told(review)).toContain(
        `permissions aws_iam_role_policy.resize allows s3:PutObject on ${ref("aws_s3_bucket.renditions.arn")}/v1/* (new statement; WriteRenditions).`,
      );
    });

    it("that changes nothing finds nothing", () => {
      const review = reviewOf(unchanged);

      expect(told(review)).toEqual([]);
      expect(review.counts).toMatchObject({ add: 0, replace: 0, destroy: 0 });
    });

    it("shows a rename, a replacement, a wider action, open CORS, an open bucket and a renamed output; the guard keeps it from being applied", () => {
      editStack(stack, changeMuch);

      const refused = run("main", synthesized, "dev", "media", "--guard", "--out", join(folder, "comment.md"));

      expect(refused.status, refused.stderr).toBe(3);
      expect(refused.stderr).toContain("The guard refuses these plans and removed them");
      expect(existsSync(join(stack, "plan.bin"))).toBe(false);
      const page = refused.stdout;
      expect(readFileSync(join(folder, "comment.md"), "utf8")).toBe(page);
      expect(readFileSync(join(synthesized, "plan-review.md"), "utf8")).toBe(page);
      expect(page).toMatch(/^<!-- darkroom plan review -->\n## Plan/);
      expect(page).toMatch(
        /- `aws_s3_bucket\.artifacts` is \*\*replaced\*\*, forced by `bucket` \(`darkroom-dev-media-artifacts-\S+` → `renamed-artifacts`\)\. \*\*Holds data: every object in it is lost\.\*\* — `stacks\/media\/buckets\.ts:\d+`/,
      );
      expect(page).toContain(
        "- `aws_cloudwatch_log_group.status` is **destroyed**: the stack no longer declares it. **Holds data: every log line in it is lost.**",
      );
      expect(page).toMatch(/- `--allow-destroy aws_s3_bucket\.artifacts`\n/);
      expect(page).toMatch(
        /- `aws_iam_role_policy\.resize` allows `s3:DeleteObject` on `arn:aws:s3:::darkroom-dev-media-renditions-\S+\/v1\/\*` \(new action; `WriteRenditions`\)/,
      );
      expect(page).toMatch(/- `aws_s3_bucket_cors_configuration\.uploads` origins \+ `\*`\. \*\*Any page\.\*\*/);
      expect(page).toContain(
        "- `aws_s3_bucket_public_access_block.uploads` `block_public_policy`: `true` → `false`: **public access is no longer blocked**",
      );
      expect(page).toContain(
        "- `apiUrl` is **removed**: whoever reads it breaks. It was `api.api-endpoint.example.com`.",
      );
      expect(page).toContain("- `apiAddress` is new: `api.api-endpoint.example.com`.");
      expect(page).toContain("- New code, and nothing else, for `aws_lambda_function.presign`");
      expect(page).not.toContain(folder);
    });
  },
);

/** Gives a resource another id, and all that refer to it the new one, as a changed logical id would. */
function rename(resources: EditableStack["resource"], type: string, from: string, to: string): void {
  const named = resources[type] ?? {};
  named[to] = { ...named[from] };
  delete named[from];
  const text = JSON.stringify(resources).replaceAll(`${type}.${from}.`, `${type}.${to}.`);
  Object.assign(resources, JSON.parse(text));
}

/** An afternoon's worth of mistakes. */
function changeMuch({ resource, output }: EditableStack): void {
  const get = (type: string, name: string) => {
    const body = resource[type]?.[name];
    if (!body) throw new Error(`The stack declares no ${type}.${name}.`);
    return body;
  };
  get("aws_s3_bucket", "artifacts").bucket = "renamed-artifacts";
  rename(resource, "aws_cloudwatch_log_group", "status", "status_logs");
  const policy = get("aws_iam_role_policy", "resize");
  policy.policy = String(policy.policy).replace('["s3:PutObject"]', '["s3:PutObject","s3:DeleteObject"]');
  const cors = JSON.stringify(get("aws_s3_bucket_cors_configuration", "uploads"));
  Object.assign(
    get("aws_s3_bucket_cors_configuration", "uploads"),
    JSON.parse(cors.replace('"allowed_origins":[', '"allowed_origins":["*",')),
  );
  get("aws_s3_bucket_public_access_block", "uploads").block_public_policy = false;
  get("aws_lambda_function", "presign").source_code_hash = Buffer.alloc(32).toString("base64");
  Object.assign(output, { apiAddress: output.apiUrl });
  delete output.apiUrl;
}

describe.skipIf(WITHOUT_TERRAFORM)(title("plan and deploy, for real"), { timeout: 240_000 }, () => {
  const SECRET = "hunter2-of-the-database";
  const NAME = "darkroom-dev-thing";

  function write(resources: Record<string, object>, more: object = {}): string {
    const synthesized = join(folder, "things");
    mkdirSync(join(synthesized, "stacks", NAME), { recursive: true });
    const document = {
      terraform: { backend: { local: { path: "state.tfstate" } } },
      variable: { secret: { type: "string", sensitive: true, default: SECRET } },
      resource: { terraform_data: resources },
      ...more,
    };
    writeFileSync(join(synthesized, "stacks", NAME, "cdk.tf.json"), JSON.stringify(document));
    return synthesized;
  }

  it("creates, says that nothing changes, then moves, replaces, changes and destroys; and never tells a secret (P5)", () => {
    const variable = ref("var.secret");
    const output = { password: { value: variable, sensitive: true } };
    const synthesized = write(
      { old: { input: "a" }, kept: { input: "a", triggers_replace: variable }, gone: {} },
      { output },
    );

    const created = run("deploy", synthesized, "dev", "thing", "--yes");
    const again = run("main", synthesized, "dev", "thing");
    write(
      { renamed: { input: "b" }, kept: { input: "a", triggers_replace: `${variable}2` } },
      {
        moved: [{ from: "terraform_data.old", to: "terraform_data.renamed" }],
        output: { password: { ...output.password, value: `${variable}2` } },
      },
    );
    const changed = run("main", synthesized, "dev", "thing");
    const unasked = run("deploy", synthesized, "dev", "thing");
    const applied = run("deploy", synthesized, "dev", "thing", "--yes");
    const after = run("main", synthesized, "dev", "thing");

    expect(created.status, created.stderr).toBe(0);
    expect(again.status, again.stderr).toBe(0);
    expect(again.stdout).toContain(`| \`${NAME}\` | 0 | 0 | 0 | 0 | 0 | 0 | nothing changes |`);
    expect(changed.status, changed.stderr).toBe(2);
    expect(changed.stdout).toContain(`| \`${NAME}\` | 0 | 1 | 1 | 1 | 1 | 0 |`);
    expect(changed.stdout).toContain(
      "- `terraform_data.kept` is **replaced**, forced by `triggers_replace` ((sensitive) → (sensitive)). Holds no data.",
    );
    expect(changed.stdout).toContain("- `terraform_data.gone` is **destroyed**: the stack no longer declares it.");
    expect(changed.stdout).toContain("change `terraform_data.renamed`, moved from `terraform_data.old`");
    expect(changed.stdout).toContain("- `password` changes: (sensitive) → (sensitive).");
    expect(unasked.status).toBe(1);
    expect(unasked.stderr).toContain("Nobody can be asked here; nothing was applied.");
    expect(applied.status, applied.stderr).toBe(0);
    expect(after.status, after.stderr).toBe(0);
    for (const { stdout, stderr } of [created, again, changed, applied, after])
      expect(stdout + stderr).not.toContain(SECRET);
  });

  it("reviews what a plan that Terraform refuses would have done, marks it incomplete, and fails", () => {
    const synthesized = write({
      renamed: { input: "b" },
      kept: { triggers_replace: "3", lifecycle: { prevent_destroy: true } },
    });

    const { status, stdout, stderr } = run("deploy", synthesized, "--yes");

    expect(status).toBe(1);
    expect(stdout).toContain("**Terraform gave up before the plan was complete");
    expect(stdout).toContain("`terraform_data.kept` is **replaced**");
    expect(stderr).toContain("prevent_destroy");
  });

  it("applies nothing in a workflow whose state would be lost with its machine", () => {
    const synthesized = write({ kept: { input: "a" } });
    vi.stubEnv("CI", "true");

    const planned = run("main", synthesized, "dev", "thing");
    const applied = run("apply", synthesized, "dev", "thing");
    vi.unstubAllEnvs();

    expect(planned.status, planned.stderr).toBe(2);
    expect(applied.status).toBe(1);
    expect(applied.stderr).toContain("The state of darkroom-dev-thing would stand in a file of this machine");
    expect(existsSync(join(synthesized, "stacks", NAME, "plan.bin"))).toBe(true);
  });

  it("destroys a stack whose name was given, and nothing where nobody was asked, nothing was named or the stack is protected", () => {
    const synthesized = write({ kept: {}, other: {} });
    run("deploy", synthesized, "dev", "--yes", "--allow-destroy", "terraform_data.renamed");
    write({ kept: { lifecycle: { prevent_destroy: true } }, other: {} });

    const prevented = run("destroy", synthesized, "dev", "--confirm", NAME);
    write({ kept: {}, other: {} });
    const unnamed = run("destroy", synthesized, "--confirm", NAME);
    const unasked = run("destroy", synthesized, "dev", "--confirm", "darkroom-dev-other");
    const before = run("main", synthesized, "dev");
    const destroyed = run("destroy", synthesized, "dev", "thing", "--confirm", NAME);
    const after = run("main", synthesized, "dev");
    const again = run("destroy", synthesized, "dev", "--confirm", NAME);

    expect(prevented.status).toBe(1);
    expect(prevented.stderr).toContain("set isProtected to false");
    expect(unnamed.status).toBe(1);
    expect(unnamed.stderr).toContain("Name what to destroy");
    expect(unasked.status).toBe(1);
    expect(unasked.stderr).toContain(`To do it without a question: --confirm ${NAME}`);
    expect(before.status, before.stdout).toBe(0);
    expect(destroyed.status, destroyed.stderr).toBe(0);
    expect(destroyed.stdout).toContain(`| \`${NAME}\` | 0 | 0 | 0 | 2 | 0 | 0 |`);
    expect(after.stdout).toContain(`| \`${NAME}\` | 2 | 0 | 0 | 0 | 0 | 0 |`);
    expect(again.status, again.stderr).toBe(0);
  });

  it("refuses an option that the command does not heed", () => {
    const { status, stderr } = run("main", join(folder, "things"), "--yes");

    expect(status).toBe(1);
    expect(stderr).toContain("npm run plan: it does not heed --yes.");
  });

  it("says which stacks there are when it is asked for another", () => {
    const { status, stderr } = run("main", join(folder, "things"), "dev", "nothing");

    expect(status).toBe(1);
    expect(stderr).toContain(`There is no stack for "dev nothing"; synthesized were: ${NAME}.`);
  });
});
