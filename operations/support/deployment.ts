import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { OperationError } from "./operation-error.ts";

/** One stack that runs, on AWS or on a laptop, as its outputs describe it. */
export interface Deployment {
  /** `darkroom-media-dev` */
  readonly stackName: string;
  /** What the names of its queues, functions and log groups begin with: `darkroom-dev`. */
  readonly prefix: string;
  readonly region: string;
  readonly jobsTable: string;
  readonly uploadsBucket: string;
  readonly renditionsBucket: string;
}

export interface DeploymentChoice {
  /** @default .darkroom/outputs.json, which a laptop's runtime writes */
  readonly "outputs-file"?: string | undefined;
  /** Which stack, where the file holds several. */
  readonly stack?: string | undefined;
}

export const LAPTOP_OUTPUTS = ".darkroom/outputs.json";
const HOW_TO_WRITE = [
  `On a laptop, npm start writes ${LAPTOP_OUTPUTS}.`,
  "For AWS: docs/runbook.md begins with how to read them from the state; then give this command --outputs-file outputs.json",
].join("\n");

const stackOutputs = z.object({
  apiUrl: z.string(),
  region: z.string(),
  jobsTable: z.string().regex(/-jobs$/, "must end with -jobs"),
  uploadsBucket: z.string(),
  renditionsBucket: z.string(),
});

/** Throws OperationError where the outputs are not to be had, or are a laptop's and the environment is not. */
export function findDeployment(choice: DeploymentChoice, environment: NodeJS.ProcessEnv = process.env): Deployment {
  const path = choice["outputs-file"] ?? LAPTOP_OUTPUTS;
  const [stackName, raw] = selectStack(readOutputs(path), path, choice.stack);
  const parsed = stackOutputs.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new OperationError(
      [`${path} does not hold the media stack's outputs:`, ...problems, HOW_TO_WRITE].join("\n"),
    );
  }
  const { apiUrl, ...outputs } = parsed.data;
  requireSameHost(path, apiUrl, environment);
  return { stackName, prefix: outputs.jobsTable.replace(/-jobs$/, ""), ...outputs };
}

function readOutputs(path: string): Readonly<Record<string, unknown>> {
  if (!existsSync(path)) throw new OperationError(`There is no ${path}.\n${HOW_TO_WRITE}`);
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperationError(`${path} is no file of outputs (stack → output → value): ${reason}\n${HOW_TO_WRITE}`);
  }
}

function selectStack(
  stacks: Readonly<Record<string, unknown>>,
  path: string,
  wanted: string | undefined,
): [name: string, outputs: unknown] {
  const names = Object.keys(stacks);
  const [only] = names;
  const name = wanted ?? (names.length === 1 ? only : undefined);
  if (name !== undefined && Object.hasOwn(stacks, name)) return [name, stacks[name]];
  const choice = wanted === undefined ? "holds several stacks; name one with --stack" : `has no stack "${wanted}"`;
  throw new OperationError(`${path} ${choice}: it has ${names.join(", ") || "none"}.`);
}

/**
 * Physical names are the same on a laptop and in AWS's dev environment. With a laptop's outputs and a person's own keys,
 * a command would act on the real one, unasked.
 */
function requireSameHost(path: string, apiUrl: string, environment: NodeJS.ProcessEnv): void {
  if (!isLoopback(apiUrl)) return;
  const endpoint = environment.AWS_ENDPOINT_URL;
  if (endpoint !== undefined && isLoopback(endpoint)) return;
  const stated = endpoint === undefined ? "is not set, so AWS itself would be asked" : `is ${endpoint}`;
  throw new OperationError(
    `${path} describes a laptop's runtime, but AWS_ENDPOINT_URL ${stated}.\nLoad the laptop's address and keys: set -a; . .darkroom/aws.env; set +a\nFor AWS, give --outputs-file.`,
  );
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
