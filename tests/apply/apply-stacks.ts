import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { PLAN_FILE } from "../../plan/run/saved-plans.ts";
import { ApplyError } from "./apply-error.ts";
import { leaveFiles, openCors } from "./by-hand.ts";
import { listLeftovers } from "./leftovers.ts";
import { listPlannedChanges, type PlannedChange, readVersions, runTerraform } from "./plan-json.ts";
import { Project } from "./project.ts";
import type { ApplyResult } from "./results.ts";
import type { Target } from "./target.ts";

export interface ApplyOptions {
  readonly target: Target;
  /** An empty folder for a checkout of the project. */
  readonly folder: string;
  /** What is deployed. @default tiny archives of the build's form */
  readonly artifactsFolder?: string;
  readonly show: (text: string) => void;
  /** Ends the run after the step it is at, and destroys what was made. */
  readonly signal?: AbortSignal;
}

/** One setting in environments.ts, which no resource but log groups takes. */
const CHANGE = { setting: "logDays", from: 7, to: 14, type: "aws_cloudwatch_log_group" } as const;

/** What `openCors` changes. */
const DRIFTED = "darkroom-dev-media:aws_s3_bucket_cors_configuration.uploads";

/**
 * Takes the project through what a platform engineer does with it, by the project's own commands, the real Terraform and the
 * real provider: bootstrap, synth, deploy, plan, a changed setting, destroy. Throws ApplyError at the first step that does not do
 * exactly what it should, after destroying what was made.
 */
export async function applyStacks(options: ApplyOptions): Promise<ApplyResult> {
  const run = new ApplyRun(options);
  try {
    await run.step("bootstrap", () => run.bootstrap());
    await run.step("bootstrap, again", () => run.bootstrapAgain());
    await run.step("deploy", () => run.deploy());
    await run.step("plan", () => run.planAgain());
    await run.step(`plan, with ${CHANGE.setting} ${CHANGE.from} → ${CHANGE.to}`, () => run.planChange());
    await run.step("plan:apply", () => run.applyChange());
    await run.step("plan, after somebody opened CORS by hand", () => run.planDrift());
    await run.step("deploy, again", () => run.mendDrift());
    await run.step("destroy", () => run.destroy());
  } catch (error) {
    await run.clearAway();
    throw error;
  }
  return run.describe();
}

class ApplyRun {
  private readonly options: ApplyOptions;
  private readonly project: Project;
  private readonly steps: { step: string; outcome: string }[] = [];
  private applied: readonly string[] = [];
  private hasResources = false;

  constructor(options: ApplyOptions) {
    this.options = options;
    this.project = new Project(options);
  }

  async step(step: string, work: () => Promise<string>): Promise<void> {
    if (this.options.signal?.aborted) throw new ApplyError(`Stopped before: ${step}.`);
    const started = Date.now();
    this.options.show(`${step} …`);
    const outcome = await work();
    this.steps.push({ step, outcome });
    this.options.show(` ${outcome} (${Math.round((Date.now() - started) / 1000)} s)\n`);
  }

  async bootstrap(): Promise<string> {
    const { text } = await this.project.run("bootstrap.ts", 0, "--environment", "dev");
    const [, what] = /(Plan: .*?)\./.exec(text) ?? [];
    return what ? `the bucket for states is made. ${what}` : "the bucket for states was there";
  }

  async bootstrapAgain(): Promise<string> {
    const { text } = await this.project.run("bootstrap.ts", 0, "--environment", "dev");
    if (!text.includes("No changes.")) throw new ApplyError(`A second bootstrap changes something:\n${text}`);
    return "no changes";
  }

  async deploy(): Promise<string> {
    const leftOut = await this.project.synthesize();
    this.hasResources = true;
    await this.project.run("plan/deploy.ts", 0, ...this.project.synthesized, "--yes");
    const declared = [...this.project.readBodies().keys()].sort();
    const known = (await this.listState()).sort();
    if (declared.join() !== known.join()) {
      throw new ApplyError(`The state holds ${known.join(", ")}; expected ${declared.join(", ")}.`);
    }
    this.applied = [...new Set(declared.map((it) => /:(\w+)\./.exec(it)?.[1] ?? it))];
    this.options.show(` ${declared.length} resources, ${leftOut.length} left out:`);
    return leftOut.length > 0 ? "all is made but what is left out" : "all is made";
  }

  async planAgain(): Promise<string> {
    await this.project.run("plan/main.ts", [0, 2], ...this.project.synthesized);
    requireChanges(await this.listPlanned(), []);
    return "no changes";
  }

  async planChange(): Promise<string> {
    const before = this.project.readBodies();
    await this.project.synthesize({ logDays: CHANGE.to });
    const after = this.project.readBodies();
    const expected = [...after.keys()].filter((it) => JSON.stringify(before.get(it)) !== JSON.stringify(after.get(it)));
    await this.project.run("plan/main.ts", 2, ...this.project.synthesized, "--guard");
    const planned = await this.listPlanned();
    requireChanges(planned, expected.sort());
    const others = planned.filter(({ actions, type }) => actions !== "update" || type !== CHANGE.type);
    if (others.length > 0) throw new ApplyError(`More than the setting changes: ${others.map(describe).join(", ")}`);
    return `${CHANGE.type} changes, and nothing else`;
  }

  async applyChange(): Promise<string> {
    await this.project.run("plan/apply.ts", 0, ...this.project.synthesized);
    await this.planAgain();
    return "the saved plan is applied; the next plan has no changes";
  }

  async planDrift(): Promise<string> {
    await openCors(this.options.target, this.project.environment);
    await this.project.run("plan/main.ts", 2, ...this.project.synthesized);
    requireChanges(await this.listPlanned(), [DRIFTED]);
    return `${DRIFTED} changes back, and nothing else`;
  }

  async mendDrift(): Promise<string> {
    await this.project.run("plan/deploy.ts", 0, ...this.project.synthesized, "--yes");
    await this.planAgain();
    return "mended; the next plan has no changes";
  }

  async destroy(): Promise<string> {
    const { target } = this.options;
    const there = await listLeftovers(target, this.project.environment);
    if (there.length === 0) throw new ApplyError("The account shows nothing of what was deployed.");
    await leaveFiles(target, this.project.environment);
    await this.destroyStacks();
    const left = [...(await this.listState()), ...(await listLeftovers(target, this.project.environment))];
    if (left.length > 0) throw new ApplyError(`Destroyed, and still there: ${left.join(", ")}`);
    this.hasResources = false;
    return "everything is gone, and so are the files that were in its buckets";
  }

  /** After a failure: nothing is left behind that costs. */
  async clearAway(): Promise<void> {
    if (!this.hasResources) return;
    this.options.show("\ndestroying what was made …");
    try {
      await this.destroyStacks();
      this.options.show(" done\n");
    } catch {
      const { target, folder } = this.options;
      this.options.show(
        ` failed. In ${target.name}, account ${target.accountId}, resources of dev are left; ${folder} is kept.\n`,
      );
    }
  }

  async describe(): Promise<ApplyResult> {
    const { target } = this.options;
    return {
      target: target.name,
      ...(await readVersions(this.project.listStackFolders()[0] ?? "", this.project.variables)),
      steps: this.steps,
      applied: this.applied,
      leftOut: target.gaps.notImplemented,
      ignored: target.gaps.answersDifferently,
    };
  }

  private async destroyStacks(): Promise<void> {
    const confirmed = this.project.listStackFolders().flatMap((folder) => ["--confirm", basename(folder)]);
    await this.project.run("plan/destroy.ts", 0, ...this.project.synthesized, ...confirmed);
  }

  private async listState(): Promise<string[]> {
    const addresses: string[] = [];
    for (const folder of this.project.listStackFolders()) {
      const text = await runTerraform(folder, this.project.variables, "state", "list");
      addresses.push(
        ...text
          .split("\n")
          .filter(Boolean)
          .map((address) => `${basename(folder)}:${address}`),
      );
    }
    return addresses;
  }

  private async listPlanned(): Promise<PlannedChange[]> {
    const changes: PlannedChange[] = [];
    // Of a stack without changes npm run plan leaves no plan behind.
    const planned = this.project.listStackFolders().filter((folder) => existsSync(join(folder, PLAN_FILE)));
    for (const folder of planned) {
      for (const change of await listPlannedChanges(folder, this.project.variables)) {
        changes.push({ ...change, address: `${basename(folder)}:${change.address}` });
      }
    }
    return changes;
  }
}

function requireChanges(planned: readonly PlannedChange[], expected: readonly string[]): void {
  const addresses = planned.map(({ address }) => address).sort();
  if (addresses.join() === expected.join()) return;
  const words = expected.length > 0 ? expected.join(", ") : "no changes";
  throw new ApplyError(`The plan changes ${planned.map(describe).join(", ") || "nothing"}; expected ${words}.`);
}

function describe({ address, actions, attributes }: PlannedChange): string {
  return `${address} (${actions}: ${attributes.join(", ")})`;
}
