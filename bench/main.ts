import { cpus } from "node:os";
import { GOALS, selectGoals, UnknownGoalError } from "./goals.ts";
import { type Bench, formatTable, type GoalResult } from "./measure.ts";

/**
 * `npm run bench`: measures the goals of performance.md, all or those that are named (`npm run bench -- 8 11`), and
 * prints one table. A goal that is missed is a finding and no failure; only a bench that broke ends with 1.
 */
async function main(): Promise<void> {
  // Advice to take a newer Node would stand between the lines of progress, here and in every child.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const goals = selectGoals(process.argv.slice(2));
  const results: GoalResult[] = [];
  const broken: string[] = [];
  for (const goal of goals) {
    for (const bench of GOALS[goal] ?? []) {
      const outcome = await measure(goal, bench);
      results.push(...outcome.results);
      if (outcome.failure !== undefined) broken.push(outcome.failure);
    }
  }
  process.stdout.write(`\n${describeMachine()}\n\n${formatTable(results)}\n\n${summarize(results)}\n`);
  for (const failure of broken) process.stderr.write(`\n${failure}\n`);
  process.exit(broken.length > 0 ? 1 : 0);
}

/** Progress goes to stderr, so that the table alone can be kept. */
async function measure(
  goal: number,
  bench: Bench,
): Promise<{ results: readonly GoalResult[]; failure?: string | undefined }> {
  const { isTTY } = process.stderr;
  if (isTTY) process.stderr.write(`  … goal ${goal}, ${bench.name}`);
  const startedAt = performance.now();
  const outcome = await bench().then(
    (results) => ({ results }),
    (error: unknown) => ({
      results: [{ goal, what: bench.name, skipped: "the bench broke, see below" }],
      failure: `Goal ${goal}, ${bench.name}: ${error instanceof Error ? error.stack : String(error)}`,
    }),
  );
  const mark = "failure" in outcome ? "✗" : "✓";
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(`${isTTY ? "\r" : ""}  ${mark} goal ${goal}, ${bench.name} (${seconds} s)\n`);
  return outcome;
}

function describeMachine(): string {
  const [first] = cpus();
  const cores = `${cpus().length} × ${first?.model.trim() ?? "unknown"}`;
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cores}. Medians; only ratios hold.`;
}

function summarize(results: readonly GoalResult[]): string {
  const measured = results.filter((result) => "met" in result);
  const missed = measured.filter(({ met }) => !met);
  const skipped = results.length - measured.length;
  const head = `${measured.length - missed.length} of ${measured.length} lines met${skipped ? `, ${skipped} skipped` : ""}.`;
  return [head, ...missed.map(({ goal, what }) => `Missed: ${goal}, ${what}`)].join("\n");
}

// Leaving by `exit` lets whoever started something clear it away (scratch.ts, commands/).
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main().catch((error: unknown) => {
  const words = error instanceof UnknownGoalError ? error.message : error instanceof Error ? error.stack : error;
  process.stderr.write(`${String(words)}\n`);
  process.exit(2);
});
