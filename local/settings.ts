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

/**
 * The folder of the one stack to run, by cdktf's own `manifest.json`: the only one, or the one whose name begins with the
 * environment's. Throws Refusal where that leaves none, or several.
 */
export function findStackFolder(synthFolder: string, environment: string | undefined): string {
  const path = join(synthFolder, "manifest.json");
  if (!existsSync(path))
    throw new Refusal("There is nothing to run:", [`${path} does not exist; run \`npm run synth\` first`]);
  const { stacks } = cdktfManifest.parse(JSON.parse(readFileSync(path, "utf8")));
  const names = Object.keys(stacks);
  const matching = names.filter((name) => !environment || name.startsWith(`darkroom-${environment}-`));
  const [only] = matching;
  if (only && matching.length === 1) return join(synthFolder, stacks[only]?.workingDirectory ?? "");
  const wanted = environment ? `DARKROOM_ENVIRONMENT is "${environment}"` : "DARKROOM_ENVIRONMENT is not set";
  throw new Refusal("It is not clear which stack to run:", [
    `${wanted}, and ${synthFolder} holds ${names.join(", ") || "no stack"}; set it to the environment in one name, such as dev`,
  ]);
}
