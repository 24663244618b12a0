import type { Log } from "./service.ts";

/** Whatever hangs, Ctrl-C ends within seconds. */
const STEP_TIMEOUT_MS = 5_000;

/** Undoes what was started, the last first; one part that fails or hangs does not keep the others running. */
export class Teardown {
  readonly #steps: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  #running: Promise<void> | undefined;

  add(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop });
  }

  run(log: Log): Promise<void> {
    this.#running ??= this.#runAll(log);
    return this.#running;
  }

  async #runAll(log: Log): Promise<void> {
    for (const { name, stop } of this.#steps.toReversed()) {
      try {
        await withDeadline(stop);
      } catch (error) {
        log({ level: "error", source: "runtime", message: `${name} did not stop cleanly`, error });
      }
    }
  }
}

async function withDeadline(stop: () => Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${STEP_TIMEOUT_MS} ms`)), STEP_TIMEOUT_MS);
  });
  await Promise.race([Promise.resolve().then(stop), late]).finally(() => clearTimeout(timer));
}
