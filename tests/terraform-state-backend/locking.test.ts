import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { useBackend } from "../../stacks/support/backend.ts";
import { ACCOUNT, type LaptopEndpoint, REGION, startLaptopEndpoint } from "./laptop-endpoint.ts";
import { cleanEnvironment, type Outcome, type Running, startTerraform, WITHOUT_BINARY } from "./terraform.ts";

const BUCKET = `darkroom-terraform-state-${ACCOUNT}-${REGION}`;
const STACK = "darkroom-dev-media";

let folder: string;
let laptop: LaptopEndpoint;
let running: Running[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-locking-"));
  laptop = await startLaptopEndpoint();
  await laptop.createVersionedBucket(BUCKET);
  running = [];
});

afterEach(async () => {
  for (const each of running) each.kill();
  await Promise.all(running.map(({ outcome }) => outcome));
  await laptop.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** One person's checkout: a stack with the backend of every stack, and resources that need no provider. */
class Checkout {
  readonly path: string;

  constructor(name: string, ...resources: readonly string[]) {
    this.path = join(folder, name);
    mkdirSync(this.path);
    this.declare(...resources);
  }

  declare(...resources: readonly string[]): void {
    const app = new App({ outdir: join(this.path, "cdktf.out"), stackTraces: false });
    const stack = new TerraformStack(app, STACK);
    useBackend(stack, { accountId: ACCOUNT, region: REGION, stateBackend: { bucket: BUCKET, usePathStyle: true } });
    for (const name of resources) stack.addOverride(`resource.terraform_data.${name}`, { input: name });
    if (resources.includes("slow"))
      stack.addOverride("resource.terraform_data.slow.provisioner", this.waitForRelease());
    app.synth();
  }

  /** A resource that takes until the test says so. */
  private waitForRelease() {
    // Ends with the test's folder too, should it outlive a kill.
    const command = "touch started; while [ -e started ] && [ ! -e release ]; do sleep 0.1; done";
    return [{ "local-exec": { command, working_dir: this.path } }];
  }

  start(...args: readonly string[]): Running {
    const env = { ...cleanEnvironment(), ...laptop.variables };
    const started = startTerraform(this.path, env, `-chdir=cdktf.out/stacks/${STACK}`, ...args);
    running.push(started);
    return started;
  }

  run(...args: readonly string[]): Promise<Outcome> {
    return this.start(...args).outcome;
  }

  async init(): Promise<this> {
    const { status, text } = await this.run("init", "-input=false", "-no-color");
    if (status !== 0) throw new Error(text);
    return this;
  }

  /** Applies until the slow resource is being made, which is when the lock is held. */
  async startSlowApply(): Promise<Running> {
    const watcher = watch(this.path);
    const hasStarted = new Promise<void>((resolve) => {
      watcher.on("change", (_event, name) => name === "started" && resolve());
    });
    const apply = this.start(...APPLY);
    const first = await Promise.race([hasStarted, apply.outcome]);
    watcher.close();
    if (first) throw new Error(first.text);
    return apply;
  }

  release(): void {
    writeFileSync(join(this.path, "release"), "");
  }

  async listResources(): Promise<string[]> {
    return (await this.run("state", "list")).stdout.trim().split("\n").sort();
  }
}

const APPLY = ["apply", "-auto-approve", "-input=false", "-no-color"] as const;

function findLockId(text: string): string {
  return /\bID: ([0-9a-f-]{36})/.exec(text)?.[1] ?? "";
}

const title = WITHOUT_BINARY ? `a state in the bucket (skipped: ${WITHOUT_BINARY})` : "a state in the bucket";

describe.skipIf(WITHOUT_BINARY)(title, { timeout: 120_000 }, () => {
  it("is what the next person sees, who has nothing but the checkout", async () => {
    const alice = await new Checkout("alice", "first").init();

    const applied = await alice.run(...APPLY);
    const bob = await new Checkout("bob", "first").init();
    const planned = await bob.run("plan", "-detailed-exitcode", "-input=false", "-no-color");

    expect(applied.text).toContain("Apply complete! Resources: 1 added");
    expect(planned.text).toContain("No changes.");
    expect(planned.status).toBe(0);
  });

  it("is locked while somebody applies: another is told who, changes nothing, and loses nothing by coming later", async () => {
    const alice = await new Checkout("alice", "slow").init();
    const bob = await new Checkout("bob", "slow", "second").init();
    const slow = await alice.startSlowApply();

    const refused = await bob.run(...APPLY);
    alice.release();
    const finished = await slow.outcome;
    const retried = await bob.run(...APPLY);

    expect(refused.status).toBe(1);
    expect(refused.text).toContain("Error acquiring the state lock");
    expect(refused.text).toContain(`Path: ${BUCKET}/stacks/${STACK}/terraform.tfstate`);
    expect(refused.text).toMatch(/Operation: OperationTypeApply Who: \S+@\S+/);
    expect(finished.text).toContain("Apply complete! Resources: 1 added");
    expect(retried.text).toContain("Apply complete! Resources: 1 added, 0 changed, 0 destroyed");
    expect(await alice.listResources()).toEqual(["terraform_data.second", "terraform_data.slow"]);
  });

  it("stays locked by an apply that was killed, until the documented command unlocks it", async () => {
    const alice = await new Checkout("alice", "first").init();
    await alice.run(...APPLY);
    alice.declare("first", "slow");
    const killed = await alice.startSlowApply();
    killed.kill();
    await killed.outcome;
    alice.declare("first", "second");

    const refused = await alice.run(...APPLY);
    const lockId = findLockId(refused.text);
    const unlocked = await alice.run(...readDocumentedUnlock(lockId));
    const applied = await alice.run(...APPLY);

    expect(refused.status).toBe(1);
    expect(refused.text).toContain("Error acquiring the state lock");
    expect(unlocked.text).toContain("Terraform state has been successfully unlocked!");
    expect(applied.status, applied.text).toBe(0);
    expect(await alice.listResources()).toEqual(["terraform_data.first", "terraform_data.second"]);
  });

  it("of another account is refused before it is read", async () => {
    const alice = new Checkout("alice", "first");
    const path = join(alice.path, "cdktf.out/stacks", STACK, "cdk.tf.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(`"${ACCOUNT}"`, '"999999999999"'));

    const { status, text } = await alice.run("init", "-input=false", "-no-color");

    expect(status).toBe(1);
    expect(text).toContain(`AWS account ID not allowed: ${ACCOUNT}`);
  });
});

/** The arguments of the command that docs/bootstrap.md gives, but for the folder, which `run` names. */
function readDocumentedUnlock(lockId: string): string[] {
  const page = readFileSync(join(PROJECT_FOLDER, "docs/bootstrap.md"), "utf8");
  const [, command = ""] = /^terraform -chdir=cdktf\.out\/stacks\/\S+ (force-unlock .*)$/m.exec(page) ?? [];
  expect(command).toContain('"$LOCK_ID"');
  return command.replace('"$LOCK_ID"', lockId).split(" ");
}
