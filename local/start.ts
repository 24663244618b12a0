import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createServices } from "./create-services.ts";
import { createAuthorize } from "./iam/authorize.ts";
import { createCredentialStore } from "./iam/credential-store.ts";
import { createRoleStore } from "./iam/role-store.ts";
import type { Laptop, LaptopOptions } from "./laptop.ts";
import { createLogWriter } from "./log-writer.ts";
import { Refusal } from "./model/refusal.ts";
import { planStacks } from "./plan-stacks.ts";
import { createPortPlan } from "./ports.ts";
import { startEndpoint } from "./protocol/endpoint/endpoint.ts";
import { createForeignReport } from "./protocol/endpoint/foreign-requests.ts";
import { readArtifacts } from "./read-inputs.ts";
import type { Log, Made, ServiceDefinition } from "./service.ts";
import { SERVICES } from "./services/index.ts";
import { startStacks } from "./start-stacks.ts";
import { DISK_FULL, isDiskFull } from "./state/disk-full.ts";
import { recordStateFiles, requireStateFiles } from "./state/state-files.ts";
import { lockStateFolder } from "./state/state-lock.ts";
import { Teardown } from "./teardown.ts";

export type { Laptop, LaptopOptions } from "./laptop.ts";

/** Starts the laptop runtime on synthesized stacks. Throws Refusal for what a person can put right. */
export function startLaptop(options: LaptopOptions): Promise<Laptop> {
  return runLaptop(options, SERVICES);
}

/** The same with services of one's own. Where a step fails, what the steps before it have started is stopped again. */
export async function runLaptop<const List extends readonly ServiceDefinition[]>(
  options: LaptopOptions,
  list: List,
): Promise<Laptop<Made<List>>> {
  const start = new Start(options, list);
  try {
    return await start.run();
  } catch (error) {
    await start.undo();
    if (isDiskFull(error)) throw new Refusal("The laptop runtime cannot start:", [DISK_FULL]);
    throw error;
  }
}

class Start<const List extends readonly ServiceDefinition[]> {
  readonly #options: LaptopOptions;
  readonly #list: List;
  readonly #stateFolder: string;
  readonly #teardown = new Teardown();
  #log: Log = () => {};

  constructor(options: LaptopOptions, list: List) {
    this.#options = options;
    this.#list = list;
    this.#stateFolder = resolve(options.stateFolder);
  }

  /** The order of starting; stopping goes the other way. */
  async run(): Promise<Laptop<Made<List>>> {
    // 1. Everything that cannot be honoured is refused, all at once: until here nothing has been touched.
    const artifacts = readArtifacts(this.#options.artifactsFolder);
    const plan = await planStacks(this.#options.stackFolders, this.#list);
    // 2. The state folder is ours alone, and whole.
    this.#takeStateFolder();
    // 3. What happens is written down.
    const { log, clock } = this.#startLog();
    // 4. IAM knows who asks and, once the stacks have declared their roles, what they may do.
    const { region, accountId } = plan;
    const credentials = createCredentialStore(this.#stateFolder);
    const roles = createRoleStore();
    const authorize = createAuthorize({ accountId, region, clock, roles });
    // 5. The endpoint listens. Whoever calls already, waits.
    const ports = createPortPlan(this.#stateFolder, this.#options.basePort);
    const reportForeign = createForeignReport(log);
    const endpoint = await startEndpoint({ port: ports.endpoint, log, credentials, reportForeign });
    this.#teardown.add("the endpoint", () => endpoint.stop());
    // 6. The services, each after those that it needs.
    const shared = {
      ...{ region, accountId, clock, log, credentials, authorize, artifacts, endpointUrl: endpoint.url },
      artifactsFolder: resolve(this.#options.artifactsFolder),
    };
    const services = await createServices(this.#list, { ...shared, roles }, this.#stateFolder, this.#teardown);
    // 7. The resources: stack by stack, each after those that it refers to.
    const runtime = { ...shared, stateFolder: this.#stateFolder, whenStarted: endpoint.whenServing, reportForeign };
    const stacks = await startStacks(plan, { ...runtime, ...services.byName }, ports.portFor, this.#teardown);
    // 8. What no stack declares any more goes; which files hold state is written down.
    for (const service of services.all) await service.dropUndeclared?.();
    recordStateFiles(this.#stateFolder, this.#list);
    // 9. Everybody is answered.
    endpoint.serve(services.behindEndpoint);
    const administrator = { type: "administrator", arn: `arn:aws:iam::${accountId}:user/administrator` } as const;
    return {
      ...{ stacks, region, accountId, endpointUrl: endpoint.url, administrator: credentials.issue(administrator) },
      ...{ runtime: { ...runtime, ...services.byName }, stop: () => this.undo() },
    };
  }

  undo(): Promise<void> {
    return this.#teardown.run(this.#log);
  }

  #takeStateFolder(): void {
    // Keys and uploads are in there: nobody else's business.
    mkdirSync(this.#stateFolder, { recursive: true, mode: 0o700 });
    const lock = lockStateFolder(this.#stateFolder);
    this.#teardown.add("the lock", () => lock.release());
    requireStateFiles(this.#stateFolder);
  }

  #startLog() {
    const clock = this.#options.clock ?? { now: () => Date.now() };
    const writer = createLogWriter({ ...this.#options, clock, directory: join(this.#stateFolder, "logs") });
    this.#teardown.add("the log", () => writer.stop());
    this.#log = writer.log;
    return { clock, log: writer.log };
  }
}
