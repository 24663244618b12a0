import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { readCommandLine, UsageError } from "../../command-line/command-line.mjs";
import { WITHOUT_BINARY } from "../terraform-state-backend/terraform.ts";
import { ApplyError } from "./apply-error.ts";
import { applyStacks } from "./apply-stacks.ts";
import { requireEmptyAccount } from "./empty-account.ts";
import { writeApplyResult } from "./results.ts";
import { openAws, openEndpoint, openMoto, type Target } from "./target.ts";

async function main(): Promise<void> {
  // Advice for who maintains this; npm install gives it too.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const {
    endpoint,
    account,
    artifacts,
    "leave-out": leftOut = [],
  } = readCommandLine("test:apply", process.argv.slice(2)).values;
  const show = (text: string) => process.stdout.write(text);
  if (WITHOUT_BINARY) throw new ApplyError(`${WITHOUT_BINARY}. Install Terraform ≥ 1.10 or OpenTofu.`);
  if (endpoint && account) throw new UsageError("test:apply", "--endpoint or --account, not both.");
  if (leftOut.length > 0 && !endpoint) throw new UsageError("test:apply", "--leave-out is for --endpoint alone.");
  const target = await openTarget(endpoint, account, leftOut);
  const folder = mkdtempSync(join(tmpdir(), "darkroom-apply-"));
  const stop = new AbortController();
  process.once("SIGINT", () => {
    show("\nStopping after this step, and destroying what was made. Ctrl-C again leaves it there.\n");
    stop.abort();
  });
  try {
    show(`Applying to ${target.name}, account ${target.accountId}. It takes about seven minutes.\n`);
    const artifactsFolder = artifacts ?? (account ? join(PROJECT_FOLDER, "dist") : undefined);
    const result = await applyStacks({ target, folder, artifactsFolder, show, signal: stop.signal });
    if (!endpoint) show(`Written: ${relative(PROJECT_FOLDER, writeApplyResult(account ? "aws" : "moto", result))}\n`);
    rmSync(folder, { recursive: true, force: true });
  } finally {
    await target.close();
  }
}

async function openTarget(
  endpoint: string | undefined,
  account: string | undefined,
  leftOut: readonly string[],
): Promise<Target> {
  if (endpoint) return openEndpoint(endpoint, Object.fromEntries(leftOut.map(readReason)));
  if (!account) return openMoto();
  const target = await openAws(account);
  await requireEmptyAccount(target);
  return target;
}

/** `aws_budgets_budget=the free edition has none`: nothing is left out without a reason. */
function readReason(text: string): readonly [type: string, reason: string] {
  const [, type, reason] = /^([a-z0-9_]+)=(.+)$/.exec(text) ?? [];
  if (!type || !reason) throw new ApplyError(`--leave-out ${text}: expected <type>=<reason>.`);
  return [type, reason];
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `\n${error instanceof ApplyError || error instanceof UsageError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = 1;
}
