import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { PolicyDocument } from "../../iam/policy.ts";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { Log, ServiceContext } from "../../service.ts";
import type { CodeStore } from "./code-store.ts";
import { type EnvironmentPlan, ExecutionEnvironment } from "./execution-environment.ts";
import { FunctionLog } from "./function-log.ts";
import { FunctionPool } from "./function-pool.ts";
import { findVariableProblems } from "./function-variables.ts";
import type { InvocationEnd } from "./invocation.ts";
import type { FunctionSettings } from "./seam.ts";
import { StartGate } from "./start-gate.ts";

/** AWS's default quota for an account and region. */
const ACCOUNT_CONCURRENCY = 1000;

export interface DeclaredFunction {
  readonly arn: string;
  readonly settings: FunctionSettings;
  readonly pool: FunctionPool;
  /** The statements that `aws_lambda_permission` adds. */
  readonly statements: Readonly<Record<string, unknown>>[];
}

export interface RegistryOptions {
  readonly context: ServiceContext;
  readonly endpointUrl: string;
  readonly code: CodeStore;
  readonly program: string;
  readonly onStarted: EnvironmentPlan["onStarted"];
  readonly onEnded: EnvironmentPlan["onEnded"];
  readonly findLayer: (versionArn: string) => { readonly name: string; readonly zipPath: string } | undefined;
}

/** The functions of the stack, and how much of each may run at once. */
export class FunctionRegistry {
  readonly #options: RegistryOptions;
  readonly #functions = new Map<string, DeclaredFunction>();
  /** One core stays for the runtime and its callers. */
  readonly #gate = new StartGate(Math.max(1, Math.min(4, availableParallelism() - 1)));

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  arnOf(name: string): string {
    const { region, accountId } = this.#options.context;
    return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  }

  async put(settings: FunctionSettings): Promise<DeclaredFunction> {
    checkSettings(settings);
    const { code, findLayer } = this.#options;
    const layers = settings.layerArns.map((arn) => {
      const layer = findLayer(arn);
      if (layer) return layer;
      throw new Error(`Function ${settings.name} names the layer ${arn}, which does not exist.`);
    });
    const taskRoot = code.unpackFunction(settings.zipPath);
    const optFolder = layers.length > 0 ? code.unpackLayers(layers) : undefined;
    await this.#functions.get(settings.name)?.pool.stop();
    const pool = this.#createPool(settings, taskRoot, optFolder);
    const declared = { arn: this.arnOf(settings.name), settings, pool, statements: [] };
    this.#functions.set(settings.name, declared);
    return declared;
  }

  /** By ARN, with or without a qualifier of `$LATEST`, or by name. Throws AwsError where there is none. */
  get(nameOrArn: string): DeclaredFunction {
    const [, fromArn, qualifier] = /^arn:aws:lambda:[^:]+:[^:]+:function:([^:]+)(?::(.+))?$/.exec(nameOrArn) ?? [];
    const [plain = "", plainQualifier] = nameOrArn.split(":");
    const declared = this.#functions.get(fromArn ?? plain);
    const version = fromArn === undefined ? plainQualifier : qualifier;
    if (declared && (version === undefined || version === "$LATEST")) return declared;
    const arn = fromArn === undefined ? this.arnOf(nameOrArn) : nameOrArn;
    throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, { status: 404 });
  }

  list(): DeclaredFunction[] {
    return [...this.#functions.values()];
  }

  resourcePolicy(declared: DeclaredFunction): PolicyDocument | undefined {
    return declared.statements.length === 0 ? undefined : { Version: "2012-10-17", Statement: declared.statements };
  }

  /** Undefined when there is no free place under the function's reserved or the account's concurrency. */
  async tryRun(declared: DeclaredFunction, payload: string, requestId: string = randomUUID()) {
    if (this.#isFull(declared)) return undefined;
    return declared.pool.run(requestId, payload) as Promise<InvocationEnd>;
  }

  async stop(): Promise<void> {
    await Promise.all(this.list().map(({ pool }) => pool.stop()));
  }

  #isFull({ settings, pool }: DeclaredFunction): boolean {
    if (settings.reservedConcurrency !== undefined) return pool.inFlight >= settings.reservedConcurrency;
    const all = this.list();
    const reserved = all.reduce((sum, other) => sum + (other.settings.reservedConcurrency ?? 0), 0);
    const unreserved = all.filter((other) => other.settings.reservedConcurrency === undefined);
    return unreserved.reduce((sum, other) => sum + other.pool.inFlight, 0) >= ACCOUNT_CONCURRENCY - reserved;
  }

  #createPool(settings: FunctionSettings, taskRoot: string, optFolder: string | undefined): FunctionPool {
    const { context, endpointUrl, program, onStarted, onEnded } = this.#options;
    const log = new FunctionLog(permittedLog(context, settings), settings.logGroup, settings.name);
    const plan = {
      settings,
      functionArn: this.arnOf(settings.name),
      region: context.region,
      endpointUrl,
      credentials: context.credentials.issue({ type: "role", arn: settings.roleArn }),
      taskRoot,
      optFolder,
      program,
      folder: join(context.directory, "environments"),
      log,
      onStarted,
      onEnded,
    };
    return new FunctionPool(settings, (onIdle) => ExecutionEnvironment.start(plan, onIdle), this.#gate, log);
  }
}

/** Throws for settings that Lambda would refuse, or that the laptop runtime cannot honour; all problems at once. */
function checkSettings(settings: FunctionSettings): void {
  const { name, runtime, handler, memoryMb, timeoutSeconds, ephemeralStorageMb } = settings;
  const range = (what: string, value: number, min: number, max: number) =>
    value >= min && value <= max ? [] : [`${what} is ${value}; Lambda takes ${min} to ${max}`];
  const problems = [
    ...(/^[A-Za-z0-9_-]{1,64}$/.test(name) ? [] : ["the name must be 1 to 64 letters, digits, hyphens or underscores"]),
    ...(/^nodejs\d+\.x$/.test(runtime)
      ? []
      : [`the runtime ${runtime} is not Node.js, the only one that runs on a laptop`]),
    ...(/^[^.]+(\.[^.]+)+$/.test(handler) ? [] : [`the handler "${handler}" must be <file>.<export>`]),
    ...range("memory_size", memoryMb, 128, 10_240),
    ...range("timeout", timeoutSeconds, 1, 900),
    ...range("ephemeral_storage", ephemeralStorageMb, 512, 10_240),
    ...findVariableProblems(settings.environment),
  ];
  if (problems.length > 0) throw new Error(`Function ${name}: ${problems.join("; ")}.`);
}

/**
 * Lambda writes logs as the function's role: without logs:PutLogEvents they are lost on AWS, and so they are here. Asked
 * at the first line, when all policies of the stack are in place.
 */
function permittedLog(context: ServiceContext, { logGroup, roleArn, name }: FunctionSettings): Log {
  let permitted: boolean | undefined;
  return (line) => {
    permitted ??= ["logs:CreateLogStream", "logs:PutLogEvents"].every((action) => {
      const resource = `arn:aws:logs:${context.region}:${context.accountId}:log-group:${logGroup}:log-stream:$LATEST`;
      const decision = context.authorize({ principal: { type: "role", arn: roleArn }, action, resource });
      if (!decision.allowed)
        context.log({
          level: "warn",
          source: "lambda",
          message: `${name}: its logs are dropped, as on AWS: ${decision.reason} on ${resource}`,
        });
      return decision.allowed;
    });
    if (permitted) context.log(line);
  };
}
