import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { identify, type ProcessIdentity } from "../../process-identity.ts";
import type { Credentials } from "../../service.ts";
import { type FunctionLog, LineSplitter } from "./function-log.ts";
import { functionVariables } from "./function-variables.ts";
import {
  diskFullFailure,
  exitFailure,
  type FunctionFailure,
  type InvocationEnd,
  outOfMemoryFailure,
  timeoutFailure,
} from "./invocation.ts";
import { ProcessFamily } from "./process-family.ts";
import { RuntimeApi } from "./runtime-api.ts";
import type { FunctionSettings } from "./seam.ts";

/** AWS gives a function ten seconds to load, and then once more its own timeout. */
const INIT_SECONDS = 10;
/** How often memory and disk are looked at while a call runs. */
const WATCH_MS = 150;
const MEGABYTE = 1024 * 1024;

/** What an environment is made from. */
export interface EnvironmentPlan {
  readonly settings: FunctionSettings;
  readonly functionArn: string;
  readonly region: string;
  readonly endpointUrl: string;
  readonly credentials: Credentials;
  readonly taskRoot: string;
  readonly optFolder: string | undefined;
  /** The bundled runtime interface client. */
  readonly program: string;
  /** Where its private folder is made, and removed at the end. */
  readonly folder: string;
  readonly log: FunctionLog;
  /** Called at start, with what marks the environment variables of all that the process starts, and at end. */
  readonly onStarted: (root: ProcessIdentity, mark: string) => void;
  readonly onEnded: (root: ProcessIdentity) => void;
}

/** One process that runs one call at a time: Lambda's execution environment. */
export class ExecutionEnvironment {
  readonly id = randomBytes(8).toString("hex");
  /** Resolves when the function is loaded and idle; rejects with InitError. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone, with all that it started. */
  readonly ended: Promise<void>;
  maxMemoryMb = 0;
  readonly #plan: EnvironmentPlan;
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #onIdle: () => void = () => {};
  #requestId: string | undefined;
  #interrupt: ((failure: FunctionFailure) => void) | undefined;
  #causeOfDeath: FunctionFailure | undefined;
  #gone = false;
  /** Undefined where the process could not be started. */
  readonly #family: ProcessFamily | undefined;
  /** A look takes a quarter of a millisecond: too much to take at the end of every call of a busy function. */
  #sampledAt = Number.NEGATIVE_INFINITY;

  static async start(plan: EnvironmentPlan, onIdle: (environment: ExecutionEnvironment) => void) {
    const folder = join(plan.folder, randomBytes(8).toString("hex"));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const signals = new InitSignals();
    const api = await RuntimeApi.listen({
      onIdle: () => signals.idle(),
      onInitError: (failure) => signals.fail(failure),
    });
    const environment = new ExecutionEnvironment(plan, api, folder, signals);
    environment.#onIdle = () => onIdle(environment);
    return environment;
  }

  private constructor(plan: EnvironmentPlan, api: RuntimeApi, folder: string, signals: InitSignals) {
    this.#plan = plan;
    this.#api = api;
    this.#folder = folder;
    this.#child = this.#spawn();
    this.#family = this.#identifyFamily();
    this.ready = this.#initialize(signals);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", () => resolve(this.#clean()));
      this.#child.once("exit", () => resolve(this.#clean()));
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Runs one call; the environment must be idle. Never rejects. */
  async invoke(requestId: string, payload: string): Promise<InvocationEnd> {
    const { settings, functionArn } = this.#plan;
    const deadlineMs = Date.now() + settings.timeoutSeconds * 1000;
    this.#requestId = requestId;
    const interrupted = new Promise<InvocationEnd>((resolve) => {
      this.#interrupt = (failure) => resolve({ outcome: "error", failure });
    });
    const timeout = setTimeout(
      () => this.#end(timeoutFailure(requestId, settings.timeoutSeconds)),
      settings.timeoutSeconds * 1000,
    );
    const watch = setInterval(() => this.#watch(requestId), WATCH_MS);
    try {
      const traceId = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")};Sampled=0`;
      return await Promise.race([
        this.#api.deliver({ requestId, functionArn, payload, deadlineMs, traceId }),
        interrupted,
      ]);
    } finally {
      clearTimeout(timeout);
      clearInterval(watch);
      if (!this.#gone && performance.now() - this.#sampledAt > WATCH_MS) this.#sampleMemory();
      this.#interrupt = undefined;
      this.#requestId = undefined;
    }
  }

  /** Kills the process and all that it started. */
  kill(): void {
    if (!this.#gone) this.#family?.kill();
  }

  #end(failure: FunctionFailure): void {
    this.#causeOfDeath = failure;
    this.kill();
    this.#interrupt?.(failure);
  }

  #watch(requestId: string): void {
    const { memoryMb, ephemeralStorageMb } = this.#plan.settings;
    const usedMb = this.#sampleMemory();
    if (usedMb > memoryMb) {
      this.#end(outOfMemoryFailure(requestId, usedMb, memoryMb));
      return;
    }
    const storedMb = Math.ceil(folderBytes(this.#folder) / MEGABYTE);
    if (storedMb > ephemeralStorageMb) this.#end(diskFullFailure(requestId, storedMb, ephemeralStorageMb));
  }

  #sampleMemory(): number {
    this.#sampledAt = performance.now();
    const usedMb = Math.ceil((this.#family?.sampleResidentBytes() ?? 0) / MEGABYTE);
    this.maxMemoryMb = Math.max(this.maxMemoryMb, usedMb);
    return usedMb;
  }

  #spawn(): ChildProcess {
    const { settings, program, taskRoot, log } = this.#plan;
    const logStream = `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/${this.#mark}`;
    const env = functionVariables({
      ...this.#plan,
      runtimeApi: this.#api.address,
      runtimeApiPath: this.#api.secretPath,
      runtimeFolder: dirname(program),
      temporaryFolder: this.#folder,
      logStream,
    });
    // V8 must collect before the limit is reached; Lambda starts Node with the same share.
    const heapMb = Math.floor(settings.memoryMb * 0.9);
    const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, program], {
      cwd: taskRoot,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: Ctrl-C at the terminal must not reach a function in mid-write.
      detached: true,
    });
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = new LineSplitter((line) => log.printed(line, stream, this.#requestId));
      child[stream]?.on("data", (chunk: Buffer) => lines.write(chunk));
      child[stream]?.on("end", () => lines.end());
    }
    return child;
  }

  /** The end of the log stream's name, which stands in the environment of all that the function starts. */
  get #mark(): string {
    return `[$LATEST]${this.id}`;
  }

  #identifyFamily(): ProcessFamily | undefined {
    const root = this.#child.pid === undefined ? undefined : identify(this.#child.pid);
    if (root === undefined) return undefined;
    this.#plan.onStarted(root, this.#mark);
    return new ProcessFamily(root, this.#mark);
  }

  #initialize(signals: InitSignals): Promise<void> {
    return new Promise((resolve, reject) => {
      const { timeoutSeconds } = this.#plan.settings;
      const fail = (failure: FunctionFailure) => {
        clearTimeout(timer);
        reject(new InitError(failure));
        this.kill();
      };
      const seconds = INIT_SECONDS + timeoutSeconds;
      const timer = setTimeout(() => fail(timeoutFailure(this.id, seconds)), seconds * 1000);
      signals.onFail = fail;
      signals.onIdle = () => {
        clearTimeout(timer);
        resolve();
        this.#onIdle();
      };
      this.#child.once("error", (error) => fail({ errorType: "Runtime.SpawnError", errorMessage: error.message }));
      this.#child.once("exit", (code, signal) => {
        const failure = this.#causeOfDeath ?? exitFailure(this.#requestId ?? this.id, code, signal);
        this.#interrupt?.(failure);
        fail(failure);
      });
    });
  }

  async #clean(): Promise<void> {
    // What it started may have outlived it, in its group or, an encoder, in one of its own.
    this.#family?.killLeftBehind();
    this.#gone = true;
    if (this.#family) this.#plan.onEnded(this.#family.root);
    this.#api.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The function could not be loaded. */
export class InitError extends Error {
  override readonly name = "InitError";

  constructor(readonly failure: FunctionFailure) {
    super(failure.errorMessage);
  }
}

/** What the Runtime API hears, kept until the environment listens. */
class InitSignals {
  onIdle: (() => void) | undefined;
  onFail: ((failure: FunctionFailure) => void) | undefined;

  idle(): void {
    this.onIdle?.();
  }

  fail(failure: FunctionFailure): void {
    this.onFail?.(failure);
  }
}

function folderBytes(folder: string): number {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch {
    // A folder that goes away while it is read is looked at again in a moment.
    return 0;
  }
}
