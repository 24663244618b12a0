import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { cleanEnvironment, type Outcome, type Running, start } from "../terraform-state-backend/terraform.ts";

/** What the stack is called. */
export const THING = "darkroom-dev-thing";

export type Program = "main" | "deploy" | "apply" | "destroy";

/** A synthesized stack of resources that need no provider, and the commands of plan/ on it. */
export class Thing {
  readonly synthesized: string;
  readonly folder: string;
  readonly running: Running[] = [];

  constructor(
    root: string,
    readonly variables: NodeJS.ProcessEnv = {},
  ) {
    this.synthesized = join(root, "cdktf.out");
    this.folder = join(this.synthesized, "stacks", THING);
    mkdirSync(this.folder, { recursive: true });
  }

  write(resources: Readonly<Record<string, object>>, backend: object = { local: { path: "state.tfstate" } }): void {
    const document = { terraform: { backend }, resource: { terraform_data: resources } };
    writeFileSync(join(this.folder, "cdk.tf.json"), JSON.stringify(document));
  }

  start(program: Program, ...args: readonly string[]): Running {
    const command = ["--import", "tsx", join(PROJECT_FOLDER, `plan/${program}.ts`), "dev"];
    return this.startCommand(process.execPath, [...command, "--synthesized", this.synthesized, ...args]);
  }

  /** As a person types it: npm stands between, and hands on every signal that it gets. */
  startByNpm(script: string, ...args: readonly string[]): Running {
    return this.startCommand("npm", ["run", script, "--", "dev", "--synthesized", this.synthesized, ...args]);
  }

  run(program: Program, ...args: readonly string[]): Promise<Outcome> {
    return this.start(program, ...args).outcome;
  }

  private startCommand(command: string, args: readonly string[]): Running {
    const { CI: _unattended, GITHUB_STEP_SUMMARY: _summary, ...env } = cleanEnvironment();
    const started = start(command, args, PROJECT_FOLDER, { ...env, ...this.variables });
    this.running.push(started);
    return started;
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** Resolves once the stack's folder holds this file; throws with the command's words where that ends before. */
  async waitFor(name: string, { outcome }: Running): Promise<void> {
    let ended: Outcome | undefined;
    void outcome.then((it) => {
      ended = it;
    });
    while (!this.has(name)) {
      if (ended) throw new Error(`It ended with ${ended.status} before ${name} was there:\n${ended.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    // Terraform stands in a group of its own: what it waits for ends first.
    writeFileSync(join(this.folder, "release"), "");
    for (const each of this.running) each.kill();
    await Promise.all(this.running.map(({ outcome }) => outcome));
  }
}
