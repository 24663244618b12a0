import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { WITHOUT_MOTO } from "../terraform-state-backend/moto.ts";
import { cleanEnvironment, start, WITHOUT_BINARY, WITHOUT_PROVIDER } from "../terraform-state-backend/terraform.ts";
import { applyStacks } from "./apply-stacks.ts";
import { MOTO_GAPS } from "./emulators.ts";
import { findGaps } from "./gaps.ts";
import { readApplyResult } from "./results.ts";
import { openMoto } from "./target.ts";

const folder = mkdtempSync(join(tmpdir(), "darkroom-apply-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const obstacle = WITHOUT_PROVIDER ?? WITHOUT_MOTO;

describe.skipIf(obstacle).concurrent(`the stack on moto${obstacle ? ` (skipped: ${obstacle})` : ""}`, () => {
  it("is bootstrapped, deployed, planned without changes, changed in one setting alone and destroyed, as its committed result says", {
    timeout: 1_500_000,
  }, async () => {
    const target = await openMoto();
    const said: string[] = [];
    try {
      const result = await applyStacks({ target, folder: join(folder, "moto"), show: (text) => said.push(text) });

      const recorded = readApplyResult("moto");
      // Another version may make other gaps, and these are of the recorded one.
      const { target: name, terraform, provider, ...shown } = result;
      expect({ ...recorded, target: name, terraform, provider }, "npm run test:apply").toEqual({
        target: name,
        terraform,
        provider,
        ...shown,
      });
    } catch (error) {
      throw new Error(`${said.join("")}\n${error instanceof Error ? error.message : error}`, { cause: error });
    } finally {
      await target.close();
    }
  });

  it("lacks nothing that moto implements by now", { timeout: 300_000 }, async () => {
    const target = await openMoto();
    try {
      const types = Object.keys(MOTO_GAPS.notImplemented);

      expect(await findGaps(target, types, join(folder, "gaps"))).toEqual(types);
    } finally {
      await target.close();
    }
  });
});

const errors = `npm run test:apply${WITHOUT_BINARY ? ` (skipped: ${WITHOUT_BINARY})` : ""}`;

describe.skipIf(WITHOUT_BINARY)(errors, () => {
  async function run(...args: readonly string[]): Promise<string> {
    const program = ["--import", "tsx", "tests/apply/main.ts", ...args];
    const { status, text } = await start(process.execPath, program, PROJECT_FOLDER, cleanEnvironment()).outcome;
    expect(status).toBe(1);
    expect(text).not.toContain("    at ");
    return text;
  }

  it("says so where nobody answers at the endpoint", async () => {
    const text = await run("--endpoint", "http://127.0.0.1:9");

    expect(text).toContain("http://127.0.0.1:9 does not say whose credentials these are");
  });

  it("leaves nothing out without a reason, and nothing of AWS", async () => {
    const unfounded = await run("--endpoint", "http://127.0.0.1:9", "--leave-out", "aws_budgets_budget");
    const ofAws = await run("--account", "111111111111", "--leave-out", "aws_budgets_budget=why not");

    expect(unfounded).toContain("--leave-out aws_budgets_budget: expected <type>=<reason>.");
    expect(ofAws).toContain("--leave-out is for --endpoint alone.");
  });

  it("takes nobody's credentials by accident", async () => {
    const text = await run("--account", "111111111111");

    expect(text).toContain("AWS does not say whose credentials these are");
  });
});
