import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { findMotoVersion } from "../parity/targets/moto.ts";
import { openDoor, startMoto, WITHOUT_MOTO } from "../terraform-state-backend/moto.ts";
import { ApplyError } from "./apply-error.ts";
import { type EmulatorGaps, MOTO_GAPS, NO_GAPS } from "./emulators.ts";

/** An account to apply to. */
export interface Target {
  /** `moto 5.2.1`, `AWS`, or an address; in results and on pages. */
  readonly name: string;
  readonly accountId: string;
  readonly gaps: EmulatorGaps;
  /** An emulator lacks names for each bucket, and answers at once to what it does not know: no use in asking again. */
  readonly isEmulator: boolean;
  /** For the programs that are run against it; what they inherit beside is decided in `cleanEnvironment`. */
  readonly variables: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

const REGION = "eu-central-1";
const MOCK_KEYS = { AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" };

/** A moto of its own. Throws ApplyError where there is none. */
export async function openMoto(accountId = "111111111111"): Promise<Target> {
  if (WITHOUT_MOTO) {
    throw new ApplyError(
      `${WITHOUT_MOTO}. Install it (pip install "moto[server]"), or name another place: --endpoint <url>, --account <id>.`,
    );
  }
  const moto = await startMoto(accountId);
  return {
    name: `moto ${findMotoVersion()}`,
    accountId,
    gaps: MOTO_GAPS,
    isEmulator: true,
    variables: moto.variables,
    close: moto.stop,
  };
}

/** LocalStack, Floci or a moto that runs already. Throws ApplyError where nobody answers. */
export async function openEndpoint(url: string, notImplemented: Readonly<Record<string, string>>): Promise<Target> {
  const variables = { ...MOCK_KEYS, ...ownKeys(), AWS_ENDPOINT_URL: url };
  const accountId = await findAccount(variables);
  const gaps = { ...NO_GAPS, notImplemented };
  if (!(await isMoto(url))) {
    return { name: url, accountId, gaps, isEmulator: true, variables, close: async () => undefined };
  }
  const door = await openDoor(url);
  return {
    name: "moto",
    accountId,
    gaps: { ...MOTO_GAPS, notImplemented: { ...MOTO_GAPS.notImplemented, ...notImplemented } },
    isEmulator: true,
    variables: { ...variables, AWS_ENDPOINT_URL: door.url },
    close: door.close,
  };
}

/** AWS itself: the account must be named, so that nobody's credentials are taken by accident. */
export async function openAws(accountId: string): Promise<Target> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("AWS_")));
  // What cleanEnvironment closes: here a person's own profile is meant.
  const opened = {
    AWS_CONFIG_FILE: undefined,
    AWS_SHARED_CREDENTIALS_FILE: undefined,
    AWS_EC2_METADATA_DISABLED: undefined,
  };
  const variables = { ...opened, ...own } as NodeJS.ProcessEnv;
  if (variables.AWS_ENDPOINT_URL) {
    throw new ApplyError("AWS_ENDPOINT_URL is set, so this would not be AWS. Unset it, or use --endpoint.");
  }
  const caller = await findAccount(variables);
  if (caller !== accountId) {
    throw new ApplyError(`The credentials are of account ${caller}; expected ${accountId}, which --account names.`);
  }
  return { name: "AWS", accountId, gaps: NO_GAPS, isEmulator: false, variables, close: async () => undefined };
}

function ownKeys(): NodeJS.ProcessEnv {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {};
  return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...(AWS_SESSION_TOKEN && { AWS_SESSION_TOKEN }) };
}

/** For a client of the SDK in this process; without an endpoint it is AWS, by the ordinary credential chain. */
export function clientSettings({ AWS_ENDPOINT_URL: endpoint, ...variables }: NodeJS.ProcessEnv, region: string) {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = variables;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: variables.AWS_SESSION_TOKEN };
  return { region, ...(endpoint && { endpoint, credentials }) };
}

async function findAccount(variables: NodeJS.ProcessEnv): Promise<string> {
  const client = new STSClient(clientSettings(variables, REGION));
  try {
    const { Account = "" } = await client.send(new GetCallerIdentityCommand({}));
    return Account;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new ApplyError(`${variables.AWS_ENDPOINT_URL ?? "AWS"} does not say whose credentials these are: ${words}`, {
      cause,
    });
  } finally {
    client.destroy();
  }
}

async function isMoto(url: string): Promise<boolean> {
  // Its own settings; what it holds it cannot always tell.
  const response = await fetch(new URL("/moto-api/config", url));
  const text = await response.text();
  return response.ok && text.startsWith("{");
}
