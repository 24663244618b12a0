import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { ArtifactManifest } from "../../../contracts/artifacts.ts";
import type { Principal, ServiceContext } from "../../service.ts";
import type { SqsService } from "../sqs/seam.ts";
import { AsyncInvoker } from "./async-invoker.ts";
import type { GuardNotice } from "./child/guard.ts";
import { buildChildPrograms } from "./child-programs.ts";
import { CodeStore } from "./code-store.ts";
import { EventSourceMapping, type MappingSettings } from "./event-source-mapping.ts";
import { FunctionRegistry } from "./function-registry.ts";
import { MAX_EVENT_BYTES, MAX_REQUEST_BYTES } from "./invocation.ts";
import { answerLambda, authorizeFunction, tooLarge } from "./invoke-api.ts";
import type { FunctionSettings, InvokeResult, LambdaService } from "./seam.ts";

export interface LambdaContext extends ServiceContext {
  /** What functions find in AWS_ENDPOINT_URL. */
  readonly endpointUrl: string;
  readonly sqs: Pick<SqsService, "receive" | "delete" | "release" | "getQueueSettings">;
  /** To know which binaries of this machine belong over which zip. */
  readonly artifacts?: ArtifactManifest;
  readonly artifactsFolder?: string;
}

/** Functions as processes of this machine, each call alone in one; nothing of them outlives the runtime. */
export async function createLambda(context: LambdaContext): Promise<LaptopLambda> {
  // What a runtime that was killed left behind.
  await rm(join(context.directory, "environments"), { recursive: true, force: true });
  const programs = await buildChildPrograms(join(context.directory, "programs"));
  const guard = spawn(process.execPath, [programs.guard], {
    // Out of the terminal's process group: it must outlive a Ctrl-C, and the runtime itself.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
  });
  // Should it die early, nothing is lost but the net below the runtime.
  guard.stdin.on("error", () => {});
  guard.unref();
  return new LaptopLambda(context, programs.runtimeInterface, guard);
}

/** LambdaService, and what only the schedule needs. */
export class LaptopLambda implements LambdaService {
  readonly name = "lambda";
  readonly #context: LambdaContext;
  readonly #guard: ChildProcess;
  readonly #registry: FunctionRegistry;
  readonly #asyncInvoker: AsyncInvoker;
  readonly #layers = new Map<string, { readonly name: string; readonly zipPath: string }>();
  readonly #mappings = new Set<EventSourceMapping>();

  constructor(context: LambdaContext, program: string, guard: ChildProcess) {
    this.#context = context;
    this.#guard = guard;
    const tell = (notice: GuardNotice) => void guard.stdin?.write(`${JSON.stringify(notice)}\n`);
    const { artifacts, artifactsFolder, log } = context;
    const known = artifacts === undefined || artifactsFolder === undefined ? {} : { artifacts, artifactsFolder };
    this.#registry = new FunctionRegistry({
      context,
      endpointUrl: context.endpointUrl,
      code: new CodeStore({ folder: context.directory, log, ...known }),
      program,
      onStarted: (started, mark) => tell({ started, mark }),
      onEnded: (ended) => tell({ ended }),
      findLayer: (arn) => this.#layers.get(arn),
    });
    this.#asyncInvoker = new AsyncInvoker(this.#registry, log);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const api = { context: this.#context, registry: this.#registry, asyncInvoker: this.#asyncInvoker };
    await answerLambda(api, request, response);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#mappings].map((mapping) => mapping.stop()));
    const quiet = this.#asyncInvoker.stop();
    await this.#registry.stop();
    await quiet;
    const gone = new Promise((resolve) => this.#guard.once("exit", resolve));
    this.#guard.stdin?.end();
    if (this.#guard.exitCode === null && this.#guard.signalCode === null) await gone;
  }

  /** There is one version of a layer here: that of the stack. AWS would count up with each change. */
  async putLayer(name: string, zipPath: string) {
    const layerArn = `arn:aws:lambda:${this.#context.region}:${this.#context.accountId}:layer:${name}`;
    const arn = `${layerArn}:1`;
    this.#layers.set(arn, { name, zipPath });
    return { arn, layerArn, version: 1 };
  }

  async putFunction(settings: FunctionSettings): Promise<{ readonly arn: string }> {
    const { arn } = await this.#registry.put(settings);
    return { arn };
  }

  addPermission(functionArn: string, statement: Readonly<Record<string, unknown>>): void {
    this.#registry.get(functionArn).statements.push(statement);
  }

  async invoke(principal: Principal, functionArn: string, event: unknown): Promise<InvokeResult> {
    const declared = this.#registry.get(functionArn);
    this.#authorize(principal, declared);
    const payload = JSON.stringify(event ?? null);
    const bytes = Buffer.byteLength(payload);
    if (bytes > MAX_REQUEST_BYTES) throw tooLarge(bytes, MAX_REQUEST_BYTES);
    const end = await this.#registry.tryRun(declared, payload);
    if (!end) return { outcome: "throttled" };
    if (end.outcome === "ok") return { outcome: "ok", payload: JSON.parse(end.payload) };
    const { errorType, errorMessage } = end.failure;
    return { outcome: "error", errorType, errorMessage };
  }

  /** Returns once the call is accepted; failures are tried twice more, as Lambda does. */
  invokeLater(principal: Principal, functionArn: string, event: unknown): void {
    const declared = this.#registry.get(functionArn);
    this.#authorize(principal, declared);
    const payload = JSON.stringify(event ?? null);
    if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) throw tooLarge(Buffer.byteLength(payload), MAX_EVENT_BYTES);
    this.#asyncInvoker.enqueue(declared, payload);
  }

  async startEventSourceMapping(settings: MappingSettings) {
    checkMapping(settings);
    await this.#checkConsumer(settings);
    const { region, log, sqs } = this.#context;
    const mapping = new EventSourceMapping(settings, { sqs, registry: this.#registry, region, log });
    this.#mappings.add(mapping);
    const stop = async () => {
      await mapping.stop();
      this.#mappings.delete(mapping);
    };
    return { uuid: randomUUID(), stop };
  }

  /** What else Lambda checks when a mapping is made: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
  async #checkConsumer({ functionArn, queueArn }: MappingSettings): Promise<void> {
    const { settings } = this.#registry.get(functionArn);
    const principal = { type: "role", arn: settings.roleArn } as const;
    for (const action of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]) {
      const decision = this.#context.authorize({ principal, action: `sqs:${action}`, resource: queueArn });
      if (!decision.allowed)
        throw new Error(
          `The role of ${settings.name} may not call sqs:${action} on ${queueArn}, which an event source mapping needs: ${decision.reason}.`,
        );
    }
    const { visibilityTimeoutSeconds } = await this.#context.sqs.getQueueSettings(principal, queueArn);
    if (visibilityTimeoutSeconds < settings.timeoutSeconds)
      throw new Error(
        `The queue ${queueArn} hides its messages for ${visibilityTimeoutSeconds} s, which is less than the timeout of ${settings.name} (${settings.timeoutSeconds} s); AWS advises six times the timeout.`,
      );
  }

  #authorize(principal: Principal, declared: ReturnType<FunctionRegistry["get"]>): void {
    const api = { context: this.#context, registry: this.#registry };
    try {
      authorizeFunction(api, principal, "lambda:InvokeFunction", declared);
    } catch (error) {
      this.#context.log({
        level: "warn",
        source: "lambda",
        message: error instanceof Error ? error.message : "denied",
      });
      throw error;
    }
  }
}

/** What CreateEventSourceMapping would refuse. */
function checkMapping({ batchSize, maximumBatchingWindowSeconds, maximumConcurrency }: MappingSettings): void {
  const problems = [
    ...(batchSize >= 1 && batchSize <= 10_000 ? [] : [`batch_size is ${batchSize}; Lambda takes 1 to 10000`]),
    ...(batchSize > 10 && maximumBatchingWindowSeconds === 0
      ? ["a batch_size above 10 needs maximum_batching_window_in_seconds of at least 1"]
      : []),
    ...(maximumBatchingWindowSeconds >= 0 && maximumBatchingWindowSeconds <= 300
      ? []
      : ["maximum_batching_window_in_seconds must be 0 to 300"]),
    ...(maximumConcurrency === undefined || (maximumConcurrency >= 2 && maximumConcurrency <= 1000)
      ? []
      : ["maximum_concurrency must be 2 to 1000"]),
  ];
  if (problems.length > 0) throw new Error(`The event source mapping cannot be made: ${problems.join("; ")}.`);
}
