import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { ACCOUNT, REGION, startLaptopEndpoint } from "../terraform-state-backend/laptop-endpoint.ts";
import { WITHOUT_BINARY } from "../terraform-state-backend/terraform.ts";
import { THING, Thing } from "./thing.ts";

const CTRL_C = "SIGINT";
/** Made at once, and then one that takes until it is stopped. */
const SLOW = "touch started; while [ -e started ] && [ ! -e release ]; do sleep 0.1; done";
const MADE_THEN_SLOW = {
  made: { input: "made" },
  slow: { depends_on: ["terraform_data.made"], provisioner: [{ "local-exec": { command: SLOW } }] },
};

let thing: Thing;
afterEach(() => thing.stop());

const skipped = WITHOUT_BINARY ? ` (skipped: ${WITHOUT_BINARY})` : "";

describe.skipIf(WITHOUT_BINARY)(
  `Terraform that is stopped in the midst of its work${skipped}`,
  { timeout: 60_000 },
  () => {
    it("by Ctrl-C in a deploy, writes what it made into the state's bucket, gives back the lock, and is waited for", async () => {
      const laptop = await startLaptopEndpoint();
      const bucket = `darkroom-terraform-state-${ACCOUNT}-${REGION}`;
      await laptop.createVersionedBucket(bucket);
      const s3 = { bucket, key: "thing.tfstate", region: REGION, use_lockfile: true, use_path_style: true };
      thing = new Thing(makeTemporaryFolder("stopping"), laptop.variables);
      thing.write(MADE_THEN_SLOW, { s3 });
      const deploy = thing.start("deploy", "--yes");
      await thing.waitFor("started", deploy);

      deploy.signalGroup(CTRL_C);
      const stopped = await deploy.outcome;
      const after = await thing.run("main");
      await laptop.stop();

      expect(stopped.status, stopped.log).toBe(130);
      expect(stopped.text).toContain("Stopping: Terraform ends what it is at");
      expect(stopped.text).toContain("Interrupt received");
      expect(stopped.text).not.toContain("Two interrupts received");
      expect(after.log).not.toContain("Error acquiring the state lock");
      // Nothing is to be added: both are known, and the one that was not finished is made anew.
      expect(after.stdout).toContain(`| \`${THING}\` | 0 | 0 | 1 | 0 |`);
    });

    it.each([
      ["by Ctrl-C, which reaches npm and us, and us once more by npm", "signalGroup", CTRL_C],
      ["by a cancelled workflow, which signals npm alone", "signal", "SIGTERM"],
    ] as const)("%s, hears of it once", async (_by, send, signal) => {
      thing = new Thing(makeTemporaryFolder("stopping"));
      thing.write(MADE_THEN_SLOW);
      await thing.run("main");
      const applying = thing.startByNpm("plan:apply");
      await thing.waitFor("started", applying);

      applying[send](signal);
      const stopped = await applying.outcome;
      const after = await thing.run("main");

      expect(stopped.text).toContain("Interrupt received");
      expect(stopped.text).not.toContain("Two interrupts received");
      expect(thing.has(".state.tfstate.lock.info")).toBe(false);
      expect(after.stdout).toContain(`| \`${THING}\` | 0 | 0 | 1 | 0 |`);
    });

    it("by Ctrl-C in a destroy, keeps in its state what it has not destroyed", async () => {
      thing = new Thing(makeTemporaryFolder("stopping"));
      const provisioner = [{ "local-exec": { when: "destroy", command: SLOW } }];
      thing.write({ made: { input: "made" }, slow: { provisioner, depends_on: ["terraform_data.made"] } });
      const made = await thing.run("deploy", "--yes");
      const destroy = thing.start("destroy", "--confirm", THING);
      await thing.waitFor("started", destroy);

      destroy.signalGroup(CTRL_C);
      const stopped = await destroy.outcome;

      expect(made.status, made.log).toBe(0);
      expect(stopped.status, stopped.log).toBe(130);
      expect(thing.has(".state.tfstate.lock.info")).toBe(false);
      const { resources } = JSON.parse(readFileSync(join(thing.folder, "state.tfstate"), "utf8"));
      expect(resources.map(({ name }: { name: string }) => name).sort()).toEqual(["made", "slow"]);
    });
  },
);

/** Notes each signal that it hears, plans until `release` is there, and goes on for a while after a signal, as Terraform does. */
const RECORDER = `#!/bin/sh
trap 'echo INT >> signals' INT
trap 'echo TERM >> signals' TERM
if [ "$1" != plan ]; then exit 0; fi
echo draft > plan-draft.bin
touch started
until [ -e release ]; do sleep 0.1; done
echo ended >> signals
exit 1
`;

describe("a plan that is stopped", () => {
  beforeEach(() => {
    const root = makeTemporaryFolder("stopping");
    const binary = join(root, "recorder");
    writeFileSync(binary, RECORDER, { mode: 0o755 });
    thing = new Thing(root, { TERRAFORM_BINARY_NAME: binary });
    thing.write({});
  });

  const listHeard = () => readFileSync(join(thing.folder, "signals"), "utf8").trim().split("\n");
  const release = () => writeFileSync(join(thing.folder, "release"), "");
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("by %s ends with %i, after Terraform, and leaves no plan behind", async (signal, code) => {
    const planning = thing.start("main");
    await thing.waitFor("started", planning);

    planning.signalGroup(signal);
    await thing.waitFor("signals", planning);
    const ended = await Promise.race([planning.outcome, wait(500)]);
    release();
    const { status } = await planning.outcome;

    expect(ended).toBeUndefined();
    expect(status).toBe(code);
    expect(listHeard()).toEqual(["INT", "ended"]);
    expect([thing.has("plan-draft.bin"), thing.has("plan.bin")]).toEqual([false, false]);
  });

  it("twice is forced, but only by a second press of the same", async () => {
    const planning = thing.start("main");
    await thing.waitFor("started", planning);

    planning.signalGroup(CTRL_C);
    // The same press, once more by npm.
    await wait(200);
    planning.signalGroup(CTRL_C);
    await wait(1200);
    planning.signal("SIGTERM");
    await wait(300);
    const heardBefore = listHeard();
    planning.signalGroup(CTRL_C);
    await wait(500);
    const heardAfter = listHeard();
    release();
    await planning.outcome;

    expect(heardBefore).toEqual(["INT"]);
    expect(heardAfter).toEqual(["INT", "INT"]);
  });
});
