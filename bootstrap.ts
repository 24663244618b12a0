import { join } from "node:path";
import { readCommandLine, UsageError } from "./command-line/command-line.mjs";
import { listResourceTypes } from "./stacks/app.ts";
import { requireStateBackendPolicies } from "./stacks/policy/state-backend.ts";
import { ENVIRONMENT_NAMES, type Environment, type EnvironmentName } from "./stacks/support/environment.ts";
import { ConfigurationError } from "./stacks/support/errors.ts";
import { writeStateBackend } from "./stacks/support/state-backends.ts";
import { SYSTEMS } from "./systems.ts";
import { type Caller, getCaller } from "./terraform-state-backend/account.ts";
import { bootstrapBackend } from "./terraform-state-backend/bootstrap-backend.ts";
import { BootstrapError } from "./terraform-state-backend/bootstrap-error.ts";
import type { Settings } from "./terraform-state-backend/settings-form.ts";
import { SettingsError } from "./terraform-state-backend/settings-form.ts";
import { findTerraform } from "./terraform-state-backend/terraform.ts";

/**
 * `npm run bootstrap`: makes the bucket that keeps Terraform's states, in the account that the credentials are of, for
 * every environment that lives there; then writes state-backends.json, which the stacks read. docs/bootstrap.md.
 *
 *   --environment dev      this environment's account and region alone
 *   TERRAFORM_BINARY_NAME  terraform or tofu; unset: the first of them on PATH
 *   AWS_PROFILE, AWS_ENDPOINT_URL … as for the AWS CLI
 */
const FILE = "state-backends.json";

type Environments = Readonly<Record<EnvironmentName, Environment>>;

/** Environments that share an account and a region share a bucket. */
interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly environments: readonly string[];
}

async function main(): Promise<void> {
  // The SDK's advice to take a newer Node would stand between the steps.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const wanted = readCommandLine("bootstrap", process.argv.slice(2)).values.environment;
  // Both are checked as they are read: only in here is what they throw shown to a person.
  const { environments } = await import("./environments.ts");
  const { settings } = await import("./terraform-state-backend/settings.ts");
  const places = selectPlaces(environments, wanted);
  const show = (text: string) => process.stdout.write(text);
  const terraform = await findTerraform({ lockTable: settings.lockTable, show });
  const caller = await getCaller(places[0]?.region ?? "");
  show(`${terraform.binary} ${terraform.version}, as ${caller.arn}\n`);
  const usePathStyle = Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
  warnOfNames(settings, show);
  // Of all environments: a setting that one takes over from another seldom needs a new bootstrap.
  const types = listResourceTypes({ systems: SYSTEMS, environments: Object.values(environments) });
  for (const place of keepOwn(places, caller, show)) {
    const workFolder = join(import.meta.dirname, "terraform-state-backend");
    const options = { types, settings, terraform, workFolder, usePathStyle, check: requireStateBackendPolicies, show };
    const backend = await bootstrapBackend({ ...place, ...options });
    writeStateBackend(join(import.meta.dirname, FILE), place, backend);
    show(`\nStates of ${place.environments.join(", ")} are kept in ${backend.bucket}. Commit ${FILE}.\n`);
  }
}

function selectPlaces(environments: Environments, wanted: string | undefined): Place[] {
  const chosen = ENVIRONMENT_NAMES.filter((name) => !wanted || name === wanted).map((name) => environments[name]);
  if (chosen.length === 0) {
    throw new BootstrapError(`There is no environment "${wanted}"; expected one of ${ENVIRONMENT_NAMES.join(", ")}.`);
  }
  const places = chosen.map(({ accountId, region }) => `${accountId}/${region}`);
  return [...new Set(places)].map((place) => describePlace(environments, place));
}

function describePlace(environments: Environments, place: string): Place {
  const [accountId = "", region = ""] = place.split("/");
  const livesHere = (it: Environment) => it.accountId === accountId && it.region === region;
  return { accountId, region, environments: ENVIRONMENT_NAMES.filter((name) => livesHere(environments[name])) };
}

/** Those in the caller's account: credentials are of one alone. */
function keepOwn(places: readonly Place[], caller: Caller, show: (text: string) => void): Place[] {
  const describe = (place: Place) => `${place.environments.join(", ")} (account ${place.accountId}, ${place.region})`;
  const own = places.filter(({ accountId }) => accountId === caller.accountId);
  if (own.length === 0) {
    throw new BootstrapError(
      [
        `The credentials are of account ${caller.accountId} (${caller.arn}), where no wanted environment lives:`,
        ...places.map((place) => `  ${describe(place)}`),
        "Name another profile in AWS_PROFILE, or correct accountId in environments.ts.",
      ].join("\n"),
    );
  }
  for (const place of places.filter((it) => !own.includes(it))) {
    show(`Left out, being of another account: ${describe(place)}\n`);
  }
  return own;
}

function warnOfNames(settings: Settings, show: (text: string) => void): void {
  const repository = settings.github?.repository;
  if (!repository || repository.ids) return;
  const path = `${repository.owner}/${repository.name}`;
  show(
    [
      `Warning: the roles for GitHub trust the name ${path}, which somebody else can take once it is given up.`,
      `Name its ids too, in terraform-state-backend/settings.ts: gh api repos/${path} --jq '"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)"'`,
      "",
    ].join("\n"),
  );
}

// Ctrl-C reaches Terraform too, which then finishes what it is at and writes its state: wait for it.
process.on("SIGINT", () => process.stderr.write("\nWaiting for Terraform to stop\n"));

try {
  await main();
} catch (error) {
  const isForPerson =
    error instanceof UsageError ||
    error instanceof BootstrapError ||
    error instanceof ConfigurationError ||
    error instanceof SettingsError;
  if (!isForPerson) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
