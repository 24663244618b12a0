import { UsageError } from "../../command-line/command-line.mjs";
import type { NameDeployment } from "./deployment.ts";
import { OperationError } from "./operation-error.ts";

/** A command of this folder: what was typed in, lines out. */
export type Command = (
  args: readonly string[],
  write: (line: string) => void,
  nameDeployment: NameDeployment,
) => Promise<void>;

/** Runs a command as this process's own work: what a person can put right is told in words and ends with 1. */
export async function runCommand(
  command: (args: readonly string[], write: (line: string) => void) => Promise<void>,
): Promise<void> {
  // The SDK's advice to take a newer Node would stand between the lines.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  try {
    await command(process.argv.slice(2), (line) => void process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

/** No name, no answer: nobody has refused anything. */
const UNREACHABLE = new Set(["ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ECONNRESET"]);

/** What AWS and the network say is meant for people too; only a fault of ours is shown with its stack. */
function explain(error: unknown): string {
  if (error instanceof OperationError || error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (error.name === "CredentialsProviderError")
    return `There are no AWS credentials: ${error.message}\nSet a profile or keys; on a laptop: set -a; . .darkroom/aws.env; set +a`;
  if ("code" in error && error.code === "ECONNREFUSED")
    return `Nothing answers at ${process.env.AWS_ENDPOINT_URL ?? "the address of AWS"}. On a laptop, start it: npm start`;
  if ("code" in error && UNREACHABLE.has(String(error.code)))
    return `AWS cannot be reached: ${error.message}\nLook at the network, and at the region.`;
  if ("$metadata" in error) return `AWS refused: ${error.name}: ${error.message}`;
  return error.stack ?? error.message;
}
