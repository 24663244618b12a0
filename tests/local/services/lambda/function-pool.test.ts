import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FunctionLog } from "../../../../local/services/lambda/function-log.ts";
import { FunctionPool, type PooledEnvironment } from "../../../../local/services/lambda/function-pool.ts";
import { StartGate } from "../../../../local/services/lambda/start-gate.ts";
import { settingsOf } from "./function-zip.ts";

const COLD_START_MS = 130;

/** An environment that takes as long for a call as its payload says, by the fake clock. */
class FakeEnvironment implements PooledEnvironment {
  readonly maxMemoryMb = 40;
  gone = false;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  kill: () => void = () => {};

  constructor(readonly onIdle: (environment: PooledEnvironment) => void) {
    this.ready = new Promise((resolve) => setTimeout(resolve, COLD_START_MS)).then(() => onIdle(this));
    this.ended = new Promise((resolve) => {
      this.kill = () => {
        this.gone = true;
        resolve();
      };
    });
  }

  async invoke(_requestId: string, payload: string) {
    await new Promise((resolve) => setTimeout(resolve, Number(payload)));
    setTimeout(() => this.onIdle(this), 0);
    return { outcome: "ok", payload: "null" } as const;
  }
}

let started: FakeEnvironment[];
let pool: FunctionPool;

beforeEach(() => {
  vi.useFakeTimers();
  started = [];
  const start = async (onIdle: (environment: PooledEnvironment) => void) => {
    const environment = new FakeEnvironment(onIdle);
    started.push(environment);
    return environment;
  };
  const log = new FunctionLog(() => {}, "/x", "pooled");
  pool = new FunctionPool(settingsOf("pooled"), start, new StartGate(2), log);
});
afterEach(() => vi.useRealTimers());

const warm = async () => {
  const first = pool.run("warm", "0");
  await vi.advanceTimersByTimeAsync(COLD_START_MS + 10);
  await first;
};

describe("a pool of processes", () => {
  it("serves a burst of short calls with the one that is warm", async () => {
    await warm();
    const calls = Promise.all(Array.from({ length: 8 }, (_, n) => pool.run(String(n), "2")));

    await vi.advanceTimersByTimeAsync(200);
    await calls;

    expect(started).toHaveLength(1);
  });

  it("starts another when a call has waited a moment for a busy one", async () => {
    await warm();
    const long = pool.run("long", "5000");
    const short = pool.run("short", "1");
    await vi.advanceTimersByTimeAsync(20);
    expect(started).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(200);

    await short;
    expect(started).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5000);
    await long;
  });

  it("starts as many as there are calls that wait, no more than the gate lets through at a time", async () => {
    const calls = Promise.all([1, 2, 3].map((n) => pool.run(String(n), "5000")));
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toHaveLength(2);

    await vi.advanceTimersByTimeAsync(COLD_START_MS + 30);
    expect(started).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(6000);
    await calls;
  });

  it("lets a process go that has had nothing to do for two minutes", async () => {
    await warm();
    await vi.advanceTimersByTimeAsync(119_000);
    expect(started[0]?.gone).toBe(false);

    await vi.advanceTimersByTimeAsync(2000);

    expect(started[0]?.gone).toBe(true);
    await warm();
    expect(started).toHaveLength(2);
  });

  it("hands no call to a process that is just being let go", async () => {
    await warm();
    const [old] = started;
    // SIGKILL takes a moment: until then the process is not gone, and will never answer.
    const isKilled = new Promise<void>((resolve) => {
      if (old) old.kill = resolve;
    });
    await vi.advanceTimersByTimeAsync(121_000);
    await isKilled;

    const call = pool.run("after", "1");
    await vi.advanceTimersByTimeAsync(COLD_START_MS + 50);

    await expect(call).resolves.toMatchObject({ outcome: "ok" });
    expect(started).toHaveLength(2);
  });

  it("ends what waits when it is stopped", async () => {
    const call = pool.run("x", "1");
    await vi.advanceTimersByTimeAsync(1);

    const stopped = pool.stop();

    await expect(call).resolves.toMatchObject({ failure: { errorMessage: expect.stringContaining("stopped") } });
    await vi.advanceTimersByTimeAsync(COLD_START_MS);
    await stopped;
  });
});
