import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ArtifactManifest } from "../contracts/artifacts.ts";
import { createAuthorize } from "./iam/authorize.ts";
import { createCredentialStore } from "./iam/credential-store.ts";
import { createRoleStore } from "./iam/role-store.ts";
import { createLogWriter, type LogLevel } from "./log-writer.ts";
import { createAddressRewriter } from "./model/own-addresses.ts";
import { planStart } from "./model/plan.ts";
import { findAtPath, type Reference, resolveReferences } from "./model/references.ts";
import { Refusal } from "./model/refusal.ts";
import type { LocalResource, StartedResource } from "./model/resources/resource.ts";
import { type DeclaredResource, describeIssue, type StackDocument } from "./model/stack-document.ts";
import { createPortPlan } from "./ports.ts";
import { startEndpoint } from "./protocol/endpoint/endpoint.ts";
import { createForeignReport } from "./protocol/endpoint/foreign-requests.ts";
import { readArtifacts, readStack } from "./read-inputs.ts";
import type { CoreRuntime } from "./runtime.ts";
import type { AwsService, Credentials, Log, RuntimeClock, ServiceContext } from "./service.ts";
import type { DynamoDbService } from "./services/dynamodb/seam.ts";
import type { LambdaService } from "./services/lambda/seam.ts";
import type { LogsService } from "./services/logs/seam.ts";
import type { S3Service } from "./services/s3/seam.ts";
import type { SqsService } from "./services/sqs/seam.ts";
import { DISK_FULL, isDiskFull } from "./state/disk-full.ts";
import { recordStateFiles, requireStateFiles } from "./state/state-files.ts";
import { lockStateFolder } from "./state/state-lock.ts";
import { Teardown } from "./teardown.ts";

export interface LaptopOptions {
  /** `cdktf.out/stacks/<name>`: one synthesized stack. */
  readonly stackFolder: string;
  /** `dist` */
  readonly artifactsFolder: string;
  /** `.darkroom`: made where it is missing, picked up again where it is not. */
  readonly stateFolder: string;
  /** The endpoint's port; APIs and distributions take the next ones. 0: any free ones. */
  readonly basePort: number;
  /** Ports of single APIs or distributions, by address. */
  readonly ports?: Readonly<Record<string, number>>;
  /** What the terminal shows; the files take everything. @default info */
  readonly terminalLevel?: LogLevel | "silent";
  readonly writeTerminal?: (line: string) => void;
  readonly clock?: RuntimeClock;
}

/** A runtime that is up. */
export interface Laptop {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  /** `http://127.0.0.1:4566` */
  readonly endpointUrl: string;
  /** The stack's outputs, resolved. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** May do everything that no resource policy denies. */
  readonly administrator: Credentials;
  readonly runtime: CoreRuntime;
  /** Stops everything that was started; the state folder stays. */
  stop(): Promise<void>;
}

export interface Services {
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly dynamodb: DynamoDbService;
  readonly lambda: LambdaService;
  readonly logs: LogsService;
  /** In the order to stop in. */
  readonly all: readonly AwsService[];
}

/** What services are made from: a folder for each, and what they have in common. */
export interface ServicesContext {
  readonly endpointUrl: string;
  readonly artifactsFolder: string;
  readonly artifacts: ArtifactManifest;
  contextFor(service: string): ServiceContext;
}

export interface RuntimeParts {
  readonly types: readonly LocalResource<CoreRuntime>[];
  createServices(context: ServicesContext): Promise<Services>;
}

/**
 * Runs one stack. Everything that can't be honoured is refused before anything starts, all at once (Refusal); then the
 * services start, then the resources in order of their references. Where one fails, what has started is stopped again.
 */
export async function runStack(options: LaptopOptions, parts: RuntimeParts): Promise<Laptop> {
  const stack = readStack(options.stackFolder);
  const artifacts = readArtifacts(options.artifactsFolder);
  const plan = await planStart(stack, parts.types);
  const { document } = stack;
  if (!document || plan.problems.length > 0) {
    const problems = [...stack.problems, ...plan.problems];
    throw new Refusal(`The laptop runtime cannot run the stack in ${options.stackFolder}:`, problems);
  }

  const teardown = new Teardown();
  let log: Log = () => {};
  try {
    const base = await startBase(options, document, artifacts, parts, teardown);
    log = base.runtime.log;
    const started = await startResources(plan.order, base.runtime, parts.types, teardown);
    recordStateFiles(base.runtime.stateFolder);
    await base.open();
    return {
      stackName: document.name,
      region: document.region,
      accountId: document.accountId,
      endpointUrl: base.runtime.endpointUrl,
      outputs: started.resolve(document.outputs) as Record<string, unknown>,
      administrator: base.administrator,
      runtime: base.runtime,
      stop: () => teardown.run(log),
    };
  } catch (error) {
    await teardown.run(log);
    if (isDiskFull(error)) throw new Refusal("The laptop runtime cannot start:", [DISK_FULL]);
    throw error;
  }
}

/** The state folder, its lock, the logs, IAM, the endpoint and the services behind it. */
async function startBase(
  options: LaptopOptions,
  { region, accountId }: StackDocument,
  artifacts: ArtifactManifest,
  parts: RuntimeParts,
  teardown: Teardown,
): Promise<{ runtime: CoreRuntime; administrator: Credentials; open: () => Promise<void> }> {
  const stateFolder = resolve(options.stateFolder);
  const artifactsFolder = resolve(options.artifactsFolder);
  const clock = options.clock ?? { now: () => Date.now() };
  // Keys and uploads are in there: nobody else's business.
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const lock = lockStateFolder(stateFolder);
  teardown.add("the lock", () => lock.release());
  requireStateFiles(stateFolder);
  const writer = createLogWriter({ ...options, clock, directory: join(stateFolder, "logs") });
  teardown.add("the log", () => writer.stop());

  const { log } = writer;
  const credentials = createCredentialStore(stateFolder);
  const roles = createRoleStore();
  const authorize = createAuthorize({ accountId, region, clock, roles });
  const ports = createPortPlan(stateFolder, options.basePort, options.ports);
  const reportForeign = createForeignReport(log);
  const endpoint = await startEndpoint({ port: ports.endpoint, log, credentials, reportForeign });
  teardown.add("the endpoint", () => endpoint.stop());

  const shared = { region, accountId, credentials, authorize, log, clock };
  const services = await parts.createServices({
    endpointUrl: endpoint.url,
    artifactsFolder,
    artifacts,
    contextFor(service) {
      const directory = join(stateFolder, service);
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return { ...shared, directory };
    },
  });
  for (const service of services.all.toReversed()) teardown.add(`the service ${service.name}`, () => service.stop());

  const { s3, sqs, dynamodb, lambda, logs } = services;
  return {
    open: async () => {
      for (const service of services.all) await service.dropUndeclared?.();
      endpoint.serve(services.all);
    },
    administrator: credentials.issue({ type: "administrator", arn: `arn:aws:iam::${accountId}:user/administrator` }),
    runtime: {
      ...{ ...shared, endpointUrl: endpoint.url, stackFolder: resolve(options.stackFolder), stateFolder },
      ...{ artifacts, artifactsFolder, roles, s3, sqs, dynamodb, lambda, logs, portFor: ports.portFor },
      whenStarted: endpoint.whenServing,
      reportForeign,
      httpApis: { apis: new Map(), integrations: new Map() },
      cdn: { cachePolicies: new Map(), responseHeadersPolicies: new Map(), originAccessControls: new Set() },
    },
  };
}

async function startResources(
  order: readonly DeclaredResource[],
  runtime: CoreRuntime,
  types: readonly LocalResource<CoreRuntime>[],
  teardown: Teardown,
): Promise<{ resolve: (value: unknown) => unknown }> {
  const attributes = new Map<string, Readonly<Record<string, unknown>>>();
  const addresses = createAddressRewriter();
  addresses.add(new URL(runtime.endpointUrl).host);
  const lookUp = ({ address, path }: Reference, source: string): unknown => {
    const value = findAtPath(attributes.get(address), path);
    if (value === undefined)
      throw new Refusal("The laptop runtime cannot resolve a reference:", [
        `${source}: ${address} has no such attribute here`,
      ]);
    return value;
  };
  const resolveValue = (value: unknown): unknown => resolveReferences(value, lookUp, addresses.rewrite);
  for (const declared of order) {
    const type = types.find((candidate) => candidate.type === declared.type);
    if (!type) throw new Error(`No type ${declared.type}: the plan let it through.`);
    const given = resolveValue(declared.config) as Readonly<Record<string, unknown>>;
    const started = await startResource(type, declared, given, runtime);
    // Arguments can be referred to as attributes can.
    attributes.set(declared.address, { ...given, ...started.attributes });
    for (const address of listOwnAddresses(started)) addresses.add(address);
    if (started.stop) teardown.add(declared.address, started.stop);
  }
  return { resolve: resolveValue };
}

async function startResource(
  type: LocalResource<CoreRuntime>,
  { address, elsewhere }: DeclaredResource,
  given: unknown,
  runtime: CoreRuntime,
): Promise<StartedResource> {
  const parsed = await type.schema.safeParseAsync(given);
  if (!parsed.success)
    throw new Refusal(
      "The laptop runtime cannot start a resource:",
      parsed.error.issues.flatMap((issue) => describeIssue(address, issue)),
    );
  return type.start({ address, config: parsed.data, ...(elsewhere !== undefined && { elsewhere }) }, runtime);
}

/** The servers that a resource has just opened, as they stand in its attributes: `127.0.0.1:4567`. */
function listOwnAddresses({ attributes }: StartedResource): string[] {
  return Object.values(attributes).flatMap((value) =>
    typeof value === "string" ? (/^(?:http:\/\/)?(127\.0\.0\.1:\d+)$/.exec(value)?.[1] ?? []) : [],
  );
}
