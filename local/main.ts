import { join, relative, resolve } from "node:path";
import { readCommandLine } from "../command-line/command-line.mjs";
import type { Laptop, RunningStack } from "./laptop.ts";
import { Refusal } from "./model/refusal.ts";
import { writeOutputsFiles } from "./outputs-files.ts";
import { findStackFolders, parseSettings, type Settings } from "./settings.ts";
import { startLaptop } from "./start.ts";
import { DISK_FULL, isDiskFull } from "./state/disk-full.ts";

/**
 * The laptop runtime as a program: runs the synthesized stacks of an environment, or those of the systems that are named,
 * until Ctrl-C. Exit codes: 0 stopped on request, 1 could
 * not start (the reason is on stderr). settings.ts lists what can be set.
 */

const PROJECT_FOLDER = join(import.meta.dirname, "..");
/** After this a second Ctrl-C is not waited for: whatever still hangs is cut off. */
const STOP_DEADLINE_MS = 10_000;

async function main(): Promise<void> {
  // From the first moment on: who presses Ctrl-C while it starts means it too.
  const stopRequested = waitForSignal();
  const settings = parseSettings(process.env);
  const starting = start(settings);
  const outcome = await Promise.race([starting, stopRequested]);
  if (outcome !== "stop") {
    announce(outcome, settings);
    await stopRequested;
  }
  process.stdout.write("\nStopping …\n");
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  process.once("SIGINT", () => process.exit(1));
  const laptop = await starting;
  await laptop.stop();
  process.stdout.write("Stopped. The state stays in place; `npm run reset` clears it.\n");
}

function start(settings: Settings): Promise<Laptop> {
  const { names: systems } = readCommandLine("start", process.argv.slice(2));
  const synthFolder = resolve(PROJECT_FOLDER, settings.synthFolder);
  return startLaptop({
    stackFolders: findStackFolders(synthFolder, settings.environment, systems),
    artifactsFolder: join(PROJECT_FOLDER, "dist"),
    stateFolder: resolve(PROJECT_FOLDER, settings.stateFolder),
    basePort: settings.basePort,
    terminalLevel: settings.terminalLevel,
  });
}

function announce(laptop: Laptop, settings: Settings): void {
  const files = writeOutputsFiles(resolve(PROJECT_FOLDER, settings.stateFolder), laptop);
  const awsEnv = relative(process.cwd(), files.awsEnv);
  const endpoint = `  AWS\n    ${laptop.endpointUrl}  Endpoint of every service, for the AWS CLI and SDKs.\n`;
  const names = laptop.stacks.map(({ name }) => name);
  process.stdout.write(
    `\n${names.join(", ")} ${names.length === 1 ? "is" : "are"} running on this laptop.\n\n` +
      `${laptop.stacks.map(describeStack).join("")}${endpoint}\n` +
      `  For the AWS CLI:  set -a; . ${awsEnv}; set +a\n` +
      `  Logs:             ${relative(process.cwd(), join(laptop.runtime.stateFolder, "logs"))}\n\n` +
      "Press Ctrl-C to stop.\n",
  );
}

/** Those of its outputs that somebody can open, in its own words. */
function describeStack({ name, outputs, descriptions }: RunningStack): string {
  const lines = Object.entries(outputs).flatMap(([output, value]) =>
    /^https?:/.test(String(value)) ? [`    ${String(value)}  ${descriptions[output] ?? output}\n`] : [],
  );
  return lines.length > 0 ? `  ${name}\n${lines.join("")}` : `  ${name}\n    (no addresses)\n`;
}

function explain(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (isDiskFull(error)) return DISK_FULL;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function waitForSignal(): Promise<"stop"> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve("stop"));
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  },
);
