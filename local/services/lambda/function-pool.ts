import type { InitError } from "./execution-environment.ts";
import type { FunctionLog } from "./function-log.ts";
import type { InvocationEnd } from "./invocation.ts";
import type { FunctionSettings } from "./seam.ts";
import type { StartGate } from "./start-gate.ts";

/** AWS keeps an idle environment for some minutes; a laptop has better uses for the memory. */
const IDLE_MS = 120_000;
/**
 * A call waits this long for a busy environment before another process is started: an environment that answers in 3 ms
 * serves a burst sooner than a new one, which takes 130 ms, could. Lambda's own cold start hides the same wait.
 */
const SCALE_UP_AFTER_MS = 25;

interface WaitingCall {
  readonly requestId: string;
  readonly payload: string;
  readonly since: number;
  readonly end: (end: InvocationEnd) => void;
}

/** A process for one call at a time: ExecutionEnvironment. */
export interface PooledEnvironment {
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly gone: boolean;
  readonly maxMemoryMb: number;
  invoke(requestId: string, payload: string): Promise<InvocationEnd>;
  kill(): void;
}

export type StartEnvironment = (onIdle: (environment: PooledEnvironment) => void) => Promise<PooledEnvironment>;

/** The execution environments of one function: one process per concurrent call, reused while warm. */
export class FunctionPool {
  readonly settings: FunctionSettings;
  readonly #start: StartEnvironment;
  readonly #gate: StartGate;
  readonly #log: FunctionLog;
  readonly #waiting: WaitingCall[] = [];
  /** The last to become idle comes first, so that the others can grow cold. */
  readonly #idle: PooledEnvironment[] = [];
  readonly #all = new Set<PooledEnvironment>();
  readonly #reapers = new Map<PooledEnvironment, NodeJS.Timeout>();
  readonly #initMs = new WeakMap<PooledEnvironment, number>();
  readonly #starts = new Set<Promise<void>>();
  #starting = 0;
  #inFlight = 0;
  #stopped = false;
  #scaleUp: NodeJS.Timeout | undefined;

  constructor(settings: FunctionSettings, start: StartEnvironment, gate: StartGate, log: FunctionLog) {
    this.settings = settings;
    this.#start = start;
    this.#gate = gate;
    this.#log = log;
  }

  /** Calls that wait or run. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Runs one call, whose concurrency was already granted. */
  async run(requestId: string, payload: string): Promise<InvocationEnd> {
    if (this.#stopped) return { outcome: "error", failure: stoppedFailure(requestId) };
    this.#inFlight++;
    try {
      return await new Promise<InvocationEnd>((end) => {
        this.#waiting.push({ requestId, payload, since: performance.now(), end });
        this.#dispatch();
      });
    } finally {
      this.#inFlight--;
    }
  }

  /** Kills all environments; calls under way end as errors. Resolves when every process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#scaleUp);
    for (const call of this.#waiting.splice(0)) call.end({ outcome: "error", failure: stoppedFailure(call.requestId) });
    for (const timer of this.#reapers.values()) clearTimeout(timer);
    for (const environment of this.#all) environment.kill();
    await Promise.all(this.#starts);
    await Promise.all([...this.#all].map((environment) => environment.ended));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const environment = this.#idle.pop();
      if (!environment || environment.gone) continue;
      const call = this.#waiting.shift();
      if (call) void this.#serve(environment, call);
    }
    this.#considerStart();
  }

  async #serve(environment: PooledEnvironment, call: WaitingCall): Promise<void> {
    clearTimeout(this.#reapers.get(environment));
    const start = performance.now();
    const end = await environment.invoke(call.requestId, call.payload);
    call.end(end);
    this.#report(environment, call.requestId, performance.now() - start, end);
  }

  #considerStart(): void {
    if (this.#stopped || this.#waiting.length <= this.#starting) return;
    const waitedMs = performance.now() - (this.#waiting[0]?.since ?? 0);
    const busy = this.#all.size - this.#starting > 0;
    if (busy && waitedMs < SCALE_UP_AFTER_MS) {
      clearTimeout(this.#scaleUp);
      this.#scaleUp = setTimeout(() => this.#considerStart(), SCALE_UP_AFTER_MS - waitedMs + 1);
      return;
    }
    if (this.#gate.tryTake(() => this.#considerStart())) {
      const start = this.#startOne();
      this.#starts.add(start);
      void start.then(() => this.#starts.delete(start));
      this.#considerStart();
    }
  }

  async #startOne(): Promise<void> {
    this.#starting++;
    const start = performance.now();
    try {
      const environment = await this.#start((idle) => this.#becameIdle(idle));
      this.#all.add(environment);
      void environment.ended.then(() => this.#forget(environment));
      if (this.#stopped) environment.kill();
      await environment.ready;
      this.#initMs.set(environment, performance.now() - start);
    } catch (error) {
      this.#failFirst(error);
    } finally {
      this.#starting--;
      this.#gate.release();
      this.#dispatch();
    }
  }

  #becameIdle(environment: PooledEnvironment): void {
    if (this.#stopped) return;
    this.#idle.push(environment);
    clearTimeout(this.#reapers.get(environment));
    const reaper = setTimeout(() => this.#retire(environment), IDLE_MS);
    reaper.unref();
    this.#reapers.set(environment, reaper);
    this.#dispatch();
  }

  /** Taken out of the line first: a killed process lives on for a moment, and a call given to it would fail. */
  #retire(environment: PooledEnvironment): void {
    this.#removeIdle(environment);
    environment.kill();
  }

  #forget(environment: PooledEnvironment): void {
    this.#all.delete(environment);
    clearTimeout(this.#reapers.get(environment));
    this.#reapers.delete(environment);
    this.#removeIdle(environment);
    this.#dispatch();
  }

  #removeIdle(environment: PooledEnvironment): void {
    const index = this.#idle.indexOf(environment);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** As on Lambda, the call that a cold start was for ends with the reason why there is no environment. */
  #failFirst(error: unknown): void {
    const failure = (error as Partial<InitError>).failure ?? {
      errorType: "Runtime.SpawnError",
      errorMessage: error instanceof Error ? error.message : String(error),
    };
    this.#log.platform("error", `The function could not be started: ${failure.errorMessage}`, {
      errorType: failure.errorType,
    });
    this.#waiting.shift()?.end({ outcome: "error", failure });
  }

  #report(environment: PooledEnvironment, requestId: string, ms: number, end: InvocationEnd): void {
    const initMs = this.#initMs.get(environment);
    this.#initMs.delete(environment);
    const { memoryMb } = this.settings;
    const durationMs = Math.round(ms * 100) / 100;
    const error = end.outcome === "error" ? { errorType: end.failure.errorType } : {};
    if (end.outcome === "error" && end.failure.payload === undefined)
      this.#log.platform("error", end.failure.errorMessage, { requestId, ...error });
    const init = initMs === undefined ? {} : { initMs: Math.round(initMs * 100) / 100 };
    const text = `REPORT RequestId: ${requestId} Duration: ${durationMs} ms Billed Duration: ${Math.ceil(ms)} ms Memory Size: ${memoryMb} MB Max Memory Used: ${environment.maxMemoryMb} MB`;
    const details = { durationMs, billedMs: Math.ceil(ms), memoryMb, maxMemoryUsedMb: environment.maxMemoryMb };
    this.#log.platform("info", text, { requestId, kind: "report", ...details, ...init, ...error });
  }
}

function stoppedFailure(requestId: string) {
  return { errorType: "Runtime.ExitError", errorMessage: `RequestId: ${requestId} Error: the laptop runtime stopped` };
}
