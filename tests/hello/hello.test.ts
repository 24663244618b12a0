import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStacks } from "../../operations/cost/stack.ts";
import { countMonth } from "../../operations/cost/systems.ts";
import { listResourceTypes } from "../../stacks/app.ts";
import { SYSTEMS } from "../../systems.ts";
import { getTypePermissions } from "../../terraform-state-backend/resource-permissions.ts";
import { listProblems } from "../stacks/problems.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { init, mockProvider, plan, WITHOUT_TERRAFORM } from "../terraform/terraform.ts";
import { environments, synthesizeHouse, WITH_HELLO } from "./house.ts";

let folder: string;
let folders: readonly string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-hello-"));
  folders = synthesizeHouse(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (path = "") => readFileSync(join(path, "cdk.tf.json"), "utf8");
const folderOf = (stack: string) => folders.find((path) => basename(path) === stack) ?? "";

describe("a system like a stranger's, with a function called presign, an API called api and a table called jobs", () => {
  it("stands beside media: no name clashes, no rule is broken, and media's stacks stay as they are to the byte", () => {
    const without = synthesizeHouse(makeTemporaryFolder("without-hello"), SYSTEMS);

    expect(folders.map((path) => basename(path))).toEqual([
      ...["darkroom-dev-media", "darkroom-dev-hello"],
      ...["darkroom-prod-media", "darkroom-prod-budget", "darkroom-prod-hello"],
    ]);
    for (const path of without) expect(read(folderOf(basename(path)))).toBe(read(path));
    expect(JSON.parse(read(folderOf("darkroom-dev-hello"))).resource).toMatchObject({
      aws_lambda_function: { presign: { function_name: "darkroom-dev-hello-presign" } },
      aws_dynamodb_table: { jobs: { name: "darkroom-dev-hello-jobs" } },
      aws_apigatewayv2_api: { api: { name: "darkroom-dev-hello-api" } },
    });
  });

  it("is excused by waivers of its own alone", () => {
    const [, , hello] = WITH_HELLO;
    const careless = { ...hello, waivers: [] };

    const problems = listProblems(() =>
      synthesizeHouse(makeTemporaryFolder("careless"), [...SYSTEMS, careless] as unknown as typeof WITH_HELLO),
    );

    expect(problems).toContainEqual(expect.stringContaining("darkroom-dev-hello, aws_dynamodb_table.jobs"));
    expect(problems.filter((problem) => !/^darkroom-(dev|prod)-hello, /.test(problem.trim()))).toEqual([]);
  });

  it("needs no row more in the table of what the workflows' roles may make", () => {
    const types = listResourceTypes({ systems: WITH_HELLO, environments: Object.values(environments) });

    expect(types).toContain("aws_dynamodb_table");
    expect(() => getTypePermissions(types)).not.toThrow();
  });

  it("is costed with the others of its environment, or alone", () => {
    const all = readStacks("prod", [], join(folder, "cdktf.out"));
    const [alone] = readStacks("dev", ["hello"], join(folder, "cdktf.out"));

    expect(all.map(({ name }) => name)).toContain("darkroom-prod-hello");
    expect(alone && countMonth("hello", alone, { images: 5, films: 0, views: 0 })).toEqual([]);
  });

  it.skipIf(WITHOUT_TERRAFORM)(
    `is planned alone by Terraform${WITHOUT_TERRAFORM ? ` (skipped: ${WITHOUT_TERRAFORM})` : ""}`,
    { timeout: 120_000 },
    () => {
      const stack = folderOf("darkroom-dev-hello");
      mockProvider(stack);
      init(stack);

      const planned = plan(stack);

      expect(planned.status, planned.text).toBe(0);
      expect(planned.text).toContain('"Stack" = "darkroom-dev-hello"');
    },
  );
});
