import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withBuildLock } from "../../build/build-lock.ts";

describe("the build's lock", () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "darkroom-lock-"));
    lock = join(folder, "dist/.build.lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("lets one build after another write the same folder", async () => {
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push(`${name} ends`);
    };

    await Promise.all([withBuildLock(lock, work("one")), withBuildLock(lock, work("two"))]);

    const [first] = events[0]?.split(" ") ?? [];
    const second = first === "one" ? "two" : "one";
    expect(events).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  });

  it("is given back when a build fails", async () => {
    const failure = withBuildLock(lock, () => Promise.reject(new Error("a mistake in a function")));

    await expect(failure).rejects.toThrow("a mistake in a function");
    expect(existsSync(lock)).toBe(false);
  });

  it("is taken over from a build that was killed", async () => {
    await withBuildLock(lock, async () => undefined);
    // Above every process id that Linux gives out (pid_max is 4 194 304 at most).
    writeFileSync(lock, "99999999");

    await expect(withBuildLock(lock, async () => "built")).resolves.toBe("built");
  });
});
