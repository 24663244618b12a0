import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { listLeftovers } from "../apply/leftovers.ts";
import { runTerraform } from "../apply/plan-json.ts";
import { fitStack } from "../apply/stack-folder.ts";
import { openMoto } from "../apply/target.ts";
import { WITHOUT_MOTO } from "../terraform-state-backend/moto.ts";
import { cleanEnvironment, PLUGIN_FOLDER, start, WITHOUT_PROVIDER } from "../terraform-state-backend/terraform.ts";
import { environments, synthesizeHouse } from "./house.ts";

const folder = mkdtempSync(join(tmpdir(), "darkroom-hello-apply-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const obstacle = WITHOUT_PROVIDER ?? WITHOUT_MOTO;

describe.skipIf(obstacle)(`the hello system on moto${obstacle ? ` (skipped: ${obstacle})` : ""}`, () => {
  it("is made, planned without changes, and destroyed, alone", {
    timeout: 300_000,
  }, async () => {
    const target = await openMoto(environments.dev.accountId);
    try {
      const stack = synthesizeHouse(folder).find((path) => path.endsWith("darkroom-dev-hello")) ?? "";
      fitStack(stack, target.gaps);
      const variables = { ...cleanEnvironment(), ...target.variables, TF_CLI_ARGS: "-no-color" };
      await runTerraform(stack, variables, "init", "-input=false", `-plugin-dir=${PLUGIN_FOLDER}`);

      await runTerraform(stack, variables, "apply", "-auto-approve", "-input=false");
      const made = await listLeftovers(target, environments.dev);
      const { program, args } = { program: "terraform", args: ["plan", "-detailed-exitcode", "-input=false"] };
      const again = await start(program, args, stack, variables).outcome;
      await runTerraform(stack, variables, "destroy", "-auto-approve", "-input=false");

      expect(made).toEqual(
        expect.arrayContaining(["darkroom-dev-hello-jobs", "/aws/lambda/darkroom-dev-hello-presign"]),
      );
      expect(again.status, again.text).toBe(0);
      expect(await listLeftovers(target, environments.dev)).toEqual([]);
    } finally {
      await target.close();
    }
  });
});
