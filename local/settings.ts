import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Refusal } from "./model/refusal.ts";

/**
 * What a person may set, all of it optional:
 *
 *   DARKROOM_PORT         the AWS endpoint's port; APIs and the CDN take the next ones   4566
 *   DARKROOM_STATE        the state folder                                               .darkroom
 *   DARKROOM_LOG_LEVEL    what the terminal shows: debug, info, warn, error or silent    warn
 *   DARKROOM_ENVIRONMENT  which synthesized environment to run, where there are several
 *   CDKTF_OUTDIR          where the stacks were synthesized to                           cdktf.out
 */
const variables = z.object({
  DARKROOM_PORT: z.coerce.number().int().min(0).max(65_000).default(4566),
  DARKROOM_STATE: z.string().min(1).default(".darkroom"),
  DARKROOM_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("warn"),
  DARKROOM_ENVIRONMENT: z.string().min(1).optional(),
  CDKTF_OUTDIR: z.string().min(1).default("cdktf.out"),
});

export interface Settings {
  readonly basePort: number;
  readonly stateFolder: string;
  readonly terminalLevel: "debug" | "info" | "warn" | "error" | "silent";
  readonly environment?: string;
  readonly synthFolder: string;
}

/** Throws Refusal with every variable that is wrong. An empty variable counts as not set. */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in variables.shape && value));
  const parsed = variables.safeParse(given);
  if (!parsed.success)
    throw new Refusal(
      "The environment variables are not as expected:",
      parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    );
  const { data } = parsed;
  return {
    basePort: data.DARKROOM_PORT,
    stateFolder: data.DARKROOM_STATE,
    terminalLevel: data.DARKROOM_LOG_LEVEL,
    synthFolder: data.CDKTF_OUTDIR,
    ...(data.DARKROOM_ENVIRONMENT && { environment: data.DARKROOM_ENVIRONMENT }),
  };
}

const cdktfManifest = z.object({ stacks: z.record(z.string(), z.object({ workingDirectory: z.string() })) });

interface SynthesizedStack {
  readonly name: string;
  readonly folder: string;
  /** `darkroom-<environment>-<system>`, as stacks/support/naming.ts writes it. */
  readonly environment: string;
  readonly system: string;
}

/**
 * The folders of the stacks to run, by cdktf's own `manifest.json`: all of the environment's, or of its systems those that
 * are named. Throws Refusal where that leaves none, or is not clear.
 */
export function findStackFolders(
  synthFolder: string,
  environment: string | undefined,
  systems: readonly string[] = [],
): string[] {
  const all = listStacks(synthFolder);
  const stacks = all.filter((stack) => !environment || stack.environment === environment);
  if (new Set(stacks.map((stack) => stack.environment)).size !== 1) throw unclear(synthFolder, environment, all);
  const unknown = systems.filter((name) => !stacks.some(({ system }) => system === name));
  if (unknown.length > 0) {
    const known = stacks.map(({ system }) => system).join(", ");
    throw new Refusal(
      `The systems of ${stacks[0]?.environment} are ${known}:`,
      unknown.map((name) => `"${name}" is none of them; name some, or none to run all`),
    );
  }
  return stacks
    .filter(({ system }) => systems.length === 0 || systems.includes(system))
    .map(({ folder }) => join(synthFolder, folder));
}

function listStacks(synthFolder: string): SynthesizedStack[] {
  const path = join(synthFolder, "manifest.json");
  if (!existsSync(path))
    throw new Refusal("There is nothing to run:", [`${path} does not exist; run \`npm run synth\` first`]);
  const { stacks } = cdktfManifest.parse(JSON.parse(readFileSync(path, "utf8")));
  return Object.entries(stacks).map(([name, { workingDirectory: folder }]) => {
    const [, environment = name, system = name] = /^darkroom-([^-]+)-(.+)$/.exec(name) ?? [];
    return { name, folder, environment, system };
  });
}

function unclear(synthFolder: string, environment: string | undefined, all: readonly SynthesizedStack[]): Refusal {
  const wanted = environment ? `DARKROOM_ENVIRONMENT is "${environment}"` : "DARKROOM_ENVIRONMENT is not set";
  const names = all.map(({ name }) => name).join(", ") || "no stack";
  return new Refusal("It is not clear which stacks to run:", [
    `${wanted}, and ${synthFolder} holds ${names}; set it to the environment in their names, such as dev`,
  ]);
}
