import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { WITHOUT_BINARY } from "../terraform-state-backend/terraform.ts";
import { THING, Thing } from "./thing.ts";

let thing: Thing;
beforeEach(() => {
  thing = new Thing(makeTemporaryFolder("saved-plans"));
});
afterEach(() => thing.stop());

const listPlans = () => ["plan.bin", "plan-draft.bin"].filter((name) => thing.has(name));
const skipped = WITHOUT_BINARY ? ` (skipped: ${WITHOUT_BINARY})` : "";

describe.skipIf(WITHOUT_BINARY)(`a saved plan${skipped}`, { timeout: 60_000 }, () => {
  it("is left by npm run plan alone, and gone once it is applied", async () => {
    thing.write({ kept: { input: "a" } });

    const planned = await thing.run("main");
    const left = listPlans();
    const applied = await thing.run("apply");

    expect(planned.status, planned.log).toBe(2);
    expect(left).toEqual(["plan.bin"]);
    expect(applied.status, applied.log).toBe(0);
    expect(listPlans()).toEqual([]);
  });

  it("is not left by a deploy or a destroy that nobody answered, so that plan:apply finds nothing", async () => {
    thing.write({ kept: { input: "a" } });
    await thing.run("deploy", "--yes");
    thing.write({ kept: { input: "b" } });

    const undeployed = await thing.run("deploy");
    const undestroyed = await thing.run("destroy");
    const applied = await thing.run("apply");

    expect(undeployed.text).toContain("Nobody can be asked here");
    expect(undestroyed.text).toContain("Nobody can be asked here");
    expect(listPlans()).toEqual([]);
    expect(applied.status).toBe(1);
    expect(applied.text).toContain("holds no saved plan");
  });

  it("is removed where one stack of several could not be planned", async () => {
    thing.write({ kept: { input: "a" } });
    const broken = join(thing.synthesized, "stacks/darkroom-dev-broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "cdk.tf.json"), JSON.stringify({ resource: { terraform_data: { a: { no_such: 1 } } } }));

    const planned = await thing.run("main");

    expect(planned.status).toBe(1);
    expect(listPlans()).toEqual([]);
  });

  it("that Terraform refuses is removed: the state has moved on", async () => {
    thing.write({ kept: { input: "a" } });
    await thing.run("main");
    writeFileSync(
      join(thing.folder, "state.tfstate"),
      JSON.stringify({ version: 4, serial: 9, lineage: "other", outputs: {}, resources: [] }),
    );

    const applied = await thing.run("apply");

    expect(applied.status, applied.log).toBe(1);
    expect(existsSync(join(thing.folder, "plan.bin"))).toBe(false);
  });
});

/** Terraform as far as these commands see it: plans, shows a bucket that goes, and notes what it was told to apply. */
const STAND_IN = `#!/bin/sh
case "$1" in
  plan) echo draft > plan-draft.bin; touch started; while [ -e slow ] && [ ! -e release ]; do sleep 0.1; done ;;
  show) cat shown.json ;;
  apply) echo "$3" >> applied ;;
esac
`;
const BUCKET_GOES = {
  format_version: "1.2",
  terraform_version: "1.11.4",
  resource_changes: [
    {
      address: "aws_s3_bucket.uploads",
      mode: "managed",
      type: "aws_s3_bucket",
      name: "uploads",
      change: {
        actions: ["delete"],
        before: {},
        after: null,
        after_unknown: {},
        before_sensitive: {},
        after_sensitive: false,
      },
    },
  ],
  configuration: { root_module: { resources: [] } },
};

describe("a plan that destroys what holds data", () => {
  beforeEach(() => {
    const root = makeTemporaryFolder("saved-plans");
    const binary = join(root, "stand-in");
    writeFileSync(binary, STAND_IN, { mode: 0o755 });
    thing = new Thing(root, { TERRAFORM_BINARY_NAME: binary });
    thing.write({});
    writeFileSync(join(thing.folder, "shown.json"), JSON.stringify(BUCKET_GOES));
  });

  it("is applied by plan:apply only where it is named once more, and stays to be applied until then", async () => {
    const planned = await thing.run("main");
    const refused = await thing.run("apply");
    const left = [...listPlans(), thing.has("applied")];
    const misnamed = await thing.run("apply", "--allow-destroy", "aws_s3_bucket.upload");
    const applied = await thing.run("apply", "--allow-destroy", `${THING}:aws_s3_bucket.uploads`);

    expect(planned.status, planned.log).toBe(3);
    expect(refused.status, refused.log).toBe(3);
    expect(refused.text).toContain(`--allow-destroy ${THING}:aws_s3_bucket.uploads`);
    expect(left).toEqual(["plan.bin", false]);
    expect(misnamed.status).toBe(3);
    expect(applied.status, applied.log).toBe(0);
    expect([...listPlans(), thing.has("applied")]).toEqual([true]);
  });

  it("is not there to be applied where its destroy was killed", async () => {
    writeFileSync(join(thing.folder, "slow"), "");
    const destroy = thing.start("destroy");
    await thing.waitFor("started", destroy);

    destroy.kill();
    writeFileSync(join(thing.folder, "release"), "");
    const applied = await thing.run("apply", "--allow-destroy", "aws_s3_bucket.uploads");

    expect(applied.text).toContain("holds no saved plan");
    expect(thing.has("applied")).toBe(false);
  });
});
