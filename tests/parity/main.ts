import { relative } from "node:path";
import { inspect, parseArgs } from "node:util";
import type { Finding, Probe } from "./probe.ts";
import { PROBES } from "./probes/index.ts";
import { toResults, writeResults } from "./results.ts";
import { runProbes } from "./run.ts";
import { TARGET_NAMES, type TargetName } from "./target.ts";
import { OPEN } from "./targets/open.ts";

/**
 * `npx tsx tests/parity/main.ts --target laptop|moto|aws`: asks one target about every behaviour and writes
 * `tests/parity/results/<target>.json`. On AWS it works in the account and region of the ordinary credential chain, makes
 * what it needs under names that begin with `darkroom-parity-`, and removes it. It takes minutes and cents.
 */
async function main(): Promise<number> {
  // Advice to take a newer Node would stand between the lines of progress.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const name = parseTarget();
  if (!name) {
    process.stderr.write(`Say which target: --target ${TARGET_NAMES.join("|")}\n`);
    return 2;
  }
  const signal = watchInterruption();
  const target = await OPEN[name]();
  try {
    const results = await runProbes(target, { signal, onResult: createProgress() });
    const path = writeResults(name, toResults(target, results));
    process.stdout.write(`${relative(process.cwd(), path)}\n`);
    return 0;
  } finally {
    await target.close();
  }
}

function createProgress(): (probe: Probe, finding: Finding) => void {
  let done = 0;
  return ({ id }, finding) => {
    done += 1;
    const mark = "absent" in finding ? "–" : finding.holds ? "✓" : "✗";
    process.stderr.write(`  ${mark} ${String(done).padStart(2)}/${PROBES.length} ${id}\n`);
  };
}

function parseTarget(): TargetName | undefined {
  const { target } = parseArgs({ options: { target: { type: "string" } } }).values;
  return TARGET_NAMES.find((name) => name === target);
}

/** Ctrl-C must not leave anything behind in an account: what was made is removed first. */
function watchInterruption(): AbortSignal {
  const interruption = new AbortController();
  process.once("SIGINT", () => {
    process.stderr.write("Ending, and removing what was made; Ctrl-C once more leaves it there.\n");
    interruption.abort(new Error("The run was interrupted; no results were written."));
  });
  return interruption.signal;
}

/** The SDK names the lack of credentials; sentences of our own have no name. */
const PLAIN = ["Error", "CredentialsProviderError"];

/** What a person can put right is one sentence; a probe that broke comes with its cause. */
function explain(error: unknown): string {
  const isPlain = error instanceof Error && error.cause === undefined && PLAIN.includes(error.name);
  return isPlain ? error.message : inspect(error);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  return 1;
});
