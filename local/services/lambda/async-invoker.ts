import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../service.ts";
import type { DeclaredFunction, FunctionRegistry } from "./function-registry.ts";

/** Lambda tries a failed asynchronous call twice more, after one minute and after two. */
const RETRY_AFTER_MS = [60_000, 120_000];
const THROTTLED_RETRY_MS = [100, 200, 400, 800, 1600, 3200, 5000];

/**
 * Calls whose answer nobody waits for (`Event`, schedules). They live in this process only: where AWS would keep them
 * for six hours, a stop of the runtime forgets them; a schedule simply comes again.
 */
export class AsyncInvoker {
  readonly #registry: FunctionRegistry;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  readonly #pending = new Set<Promise<void>>();

  constructor(registry: FunctionRegistry, log: Log) {
    this.#registry = registry;
    this.#log = log;
  }

  enqueue(declared: DeclaredFunction, payload: string): void {
    const pending = this.#run(declared, payload).catch((error) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
    this.#pending.add(pending);
    void pending.finally(() => this.#pending.delete(pending));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#pending);
  }

  async #run(declared: DeclaredFunction, payload: string): Promise<void> {
    for (const retryAfterMs of [...RETRY_AFTER_MS, undefined]) {
      const end = await this.#runUnthrottled(declared, payload);
      if (end.outcome === "ok") return;
      const { name } = declared.settings;
      const next = retryAfterMs === undefined ? "given up" : `tried again in ${retryAfterMs / 1000} s`;
      const message = `${name}: an asynchronous call failed with ${end.failure.errorType}; it is ${next}`;
      this.#log({ level: retryAfterMs === undefined ? "error" : "warn", source: "lambda", message });
      if (retryAfterMs !== undefined) await this.#wait(retryAfterMs);
    }
  }

  async #runUnthrottled(declared: DeclaredFunction, payload: string) {
    for (let attempt = 0; ; attempt++) {
      const end = await this.#registry.tryRun(declared, payload);
      if (end) return end;
      await this.#wait(THROTTLED_RETRY_MS[Math.min(attempt, THROTTLED_RETRY_MS.length - 1)] ?? 5000);
    }
  }

  /** Keeps no process alive: a stop does not wait for a retry in a minute. */
  #wait(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stopping.signal, ref: false });
  }
}
