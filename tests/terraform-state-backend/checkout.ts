import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import type { SettingsInput } from "../../terraform-state-backend/settings-form.ts";
import { cleanEnvironment, type Outcome, PLUGIN_FOLDER, start } from "./terraform.ts";

const SOURCES = [
  ...["bootstrap.ts", "environments.ts", "systems.ts", "main.ts", "package.json"],
  ...["command-line", "contracts", "plan", "stacks", "terraform-state-backend"],
];
const TSX = join(PROJECT_FOLDER, "node_modules/tsx/dist/cli.mjs");

/** What bootstrap, synth, plan, deploy and destroy need of the project, in a folder of its own. */
export class Checkout {
  readonly path: string;

  constructor(path: string, settings: SettingsInput = {}) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    const isOurs = (source: string) => !/cdktf\.out|tfstate/.test(source);
    for (const source of SOURCES) {
      cpSync(join(PROJECT_FOLDER, source), join(path, source), { recursive: true, filter: isOurs });
    }
    symlinkSync(join(PROJECT_FOLDER, "node_modules"), join(path, "node_modules"));
    const text = `import { parseSettings } from "./settings-form.ts";\nexport const settings = parseSettings(${JSON.stringify(settings)});\n`;
    writeFileSync(join(path, "terraform-state-backend/settings.ts"), text);
  }

  bootstrap(variables: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> {
    return this.run("bootstrap.ts", variables, ...args);
  }

  /** One of the project's programs: `plan/main.ts`. */
  run(program: string, variables: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> {
    const env = {
      ...cleanEnvironment(),
      ...(PLUGIN_FOLDER && { TF_CLI_ARGS_init: `-plugin-dir=${PLUGIN_FOLDER}` }),
      TF_CLI_ARGS: "-no-color",
      ...variables,
    };
    return start(process.execPath, [TSX, program, ...args], this.path, env).outcome;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): string | undefined {
    const path = join(this.path, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }
}
