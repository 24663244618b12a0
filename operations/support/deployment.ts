import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { getCaller } from "./caller.ts";
import { OperationError } from "./operation-error.ts";

/** One stack that runs, on AWS or on a laptop. */
export interface Deployment {
  /** `darkroom-dev-media` */
  readonly stackName: string;
  /** What the names of its queues, functions and log groups begin with: `darkroom-dev-media`. */
  readonly prefix: string;
  readonly region: string;
  readonly jobsTable: string;
  readonly uploadsBucket: string;
  readonly renditionsBucket: string;
}

/** What an environment's name tells, by the rules of stacks/, which this folder does not know. */
export type NameDeployment = (
  environment: string,
) => Promise<Omit<Deployment, "prefix"> & { readonly accountId: string }>;

export interface DeploymentChoice {
  /** Of environments.ts, on AWS: its names are computed. */
  readonly environment?: string | undefined;
  /** @default .darkroom/outputs.json, which a laptop's runtime writes */
  readonly "outputs-file"?: string | undefined;
  /** Which stack, where the file holds several. */
  readonly stack?: string | undefined;
}

export const LAPTOP_OUTPUTS = ".darkroom/outputs.json";
const HOW_TO_WRITE = [
  `On a laptop, npm start writes ${LAPTOP_OUTPUTS}.`,
  "For AWS: name the environment, as in --environment prod, or the outputs of a stack, as in --outputs-file outputs.json",
].join("\n");

const stackOutputs = z.object({
  apiUrl: z.string(),
  region: z.string(),
  jobsTable: z.string().regex(/-jobs$/, "must end with -jobs"),
  uploadsBucket: z.string(),
  renditionsBucket: z.string(),
});

/**
 * By the environment's name, else by outputs. Throws OperationError where it cannot be known, or where the credentials are
 * of another place.
 */
export async function getDeployment(
  { environment, ...choice }: DeploymentChoice,
  write: (line: string) => void,
  nameDeployment: NameDeployment,
): Promise<Deployment> {
  if (environment === undefined) return readDeployment(choice);
  if (choice["outputs-file"] !== undefined || choice.stack !== undefined)
    throw new OperationError("Name the environment, or its outputs with --outputs-file and --stack: not both.");
  const { accountId, ...named } = await nameDeployment(environment);
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (endpoint !== undefined) write(`AWS_ENDPOINT_URL is ${endpoint}: that is asked, and not AWS.`);
  await requireAccount(environment, { accountId, region: named.region });
  return { ...named, prefix: prefixOf(named.jobsTable) };
}

/** Every account may have these names: the credentials say whose are asked. */
async function requireAccount(environment: string, place: { accountId: string; region: string }): Promise<void> {
  const caller = await getCaller(place.region);
  if (caller.accountId === place.accountId) return;
  throw new OperationError(
    [
      `The credentials are of account ${caller.accountId} (${caller.arn}), but ${environment} is in account ${place.accountId}.`,
      "Name another profile in AWS_PROFILE, or correct accountId in environments.ts.",
    ].join("\n"),
  );
}

/** Throws OperationError where the outputs are not to be had, or are a laptop's and the environment is not. */
export function readDeployment(
  choice: Omit<DeploymentChoice, "environment">,
  environment: NodeJS.ProcessEnv = process.env,
): Deployment {
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
  return { stackName, prefix: prefixOf(outputs.jobsTable), ...outputs };
}

function prefixOf(jobsTable: string): string {
  return jobsTable.replace(/-jobs$/, "");
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

/** `darkroom-dev-media` */
const MEDIA_STACK = /^darkroom-[a-z]+-media$/;

function selectStack(
  stacks: Readonly<Record<string, unknown>>,
  path: string,
  wanted: string | undefined,
): [name: string, outputs: unknown] {
  const names = Object.keys(stacks);
  // A laptop runs every system of one environment: what is asked here are media's, and any other stack only by its name.
  const own = names.length === 1 ? names : names.filter((name) => MEDIA_STACK.test(name));
  const name = wanted ?? (own.length === 1 ? own[0] : undefined);
  if (name !== undefined && Object.hasOwn(stacks, name)) return [name, stacks[name]];
  const several = own.length === 0 ? "several stacks, and no media stack" : "several media stacks";
  const choice = wanted === undefined ? `holds ${several}; name one with --stack` : `has no stack "${wanted}"`;
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
    `${path} describes a laptop's runtime, but AWS_ENDPOINT_URL ${stated}.\nLoad the laptop's address and keys: set -a; . .darkroom/aws.env; set +a\nFor AWS, name the environment: --environment dev.`,
  );
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
