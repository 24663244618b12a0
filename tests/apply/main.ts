import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { WITHOUT_BINARY } from "../terraform-state-backend/terraform.ts";
import { ApplyError } from "./apply-error.ts";
import { applyStacks } from "./apply-stacks.ts";
import { requireEmptyAccount } from "./empty-account.ts";
import { writeApplyResult } from "./results.ts";
import { openAws, openEndpoint, openMoto, type Target } from "./target.ts";

const USAGE = `npm run test:apply [-- options]

Applies the synthesized stack for real: bootstrap, deploy, plan (no changes), one changed setting, destroy.

  (nothing)              to moto_server, which is started for it
  --endpoint <url>       to what answers there: LocalStack, Floci, a moto that runs already
  --leave-out <type>=<reason>  with --endpoint: a Terraform type that it does not implement; as often as needed
  --account <id>         to AWS, in this account, with the credentials there are. It costs cents. Take a sandbox: dev is
                         deployed there and destroyed again, and the bucket for states stays
  --artifacts <folder>   deploys this build (dist) instead of tiny archives; with --account it is dist unless said otherwise

TERRAFORM_BINARY_NAME=tofu takes OpenTofu. DARKROOM_TERRAFORM_PLUGIN_DIR names a mirror of the provider.
`;

const option = { type: "string" } as const;
const OPTIONS = {
  endpoint: option,
  account: option,
  artifacts: option,
  "leave-out": { type: "string", multiple: true },
  help: { type: "boolean" },
} as const;

async function main(): Promise<void> {
  // Advice for who maintains this; npm install gives it too.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { help, endpoint, account, artifacts, "leave-out": leftOut = [] } = readArguments();
  const show = (text: string) => process.stdout.write(text);
  if (help) {
    show(USAGE);
    return;
  }
  if (WITHOUT_BINARY) throw new ApplyError(`${WITHOUT_BINARY}. Install Terraform ≥ 1.10 or OpenTofu.`);
  if (endpoint && account) throw new ApplyError(`--endpoint or --account, not both.\n\n${USAGE}`);
  if (leftOut.length > 0 && !endpoint) throw new ApplyError(`--leave-out is for --endpoint alone.\n\n${USAGE}`);
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

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (cause) {
    throw new ApplyError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
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
    `\n${error instanceof ApplyError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = 1;
}
