import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { identify, isStill, type ProcessIdentity } from "../../../../local/process-identity.ts";
import { ProcessFamily } from "../../../../local/services/lambda/process-family.ts";
import { findPidRefusal, spawnWithPid } from "../../../support/recycled-pid.ts";
import { makeTemporaryFolder } from "../../../support/temporary-folder.ts";
import { isAlive, Stage, until } from "./laptop-lambda.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function keep(child: ChildProcess): ChildProcess {
  started.push(child);
  return child;
}

const startStranger = () => keep(spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" }));

function identityOf({ pid = 0 }: ChildProcess): ProcessIdentity {
  const identity = identify(pid);
  if (!identity) throw new Error("The process has ended already.");
  return identity;
}

/** A signal that was sent has arrived by then. */
const waitAMoment = () => new Promise((resolve) => setTimeout(resolve, 200));

describe("a family of processes", () => {
  it("L2: leaves a process alone that has the root's number, and another birth", async () => {
    const stranger = startStranger();
    const { pid } = identityOf(stranger);
    const family = new ProcessFamily({ pid, bornAt: "long ago" }, "a mark that nobody has");

    family.kill();
    await waitAMoment();

    expect(isAlive(pid)).toBe(true);
    expect(stranger.signalCode).toBeNull();
  });

  it.skipIf(process.platform !== "linux")(
    "finds what has left its tree and its group before anybody saw it, by its environment",
    async () => {
      const file = join(makeTemporaryFolder("family"), "pid");
      const mark = randomBytes(8).toString("hex");
      // setsid(1) starts it in a session of its own; its parent ends at once.
      const daemon = `setsid sh -c 'echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 60' & exit 0`;
      const root = keep(spawn("/bin/sh", ["-c", daemon], { env: { ...process.env, MARK: mark }, stdio: "ignore" }));
      const family = new ProcessFamily(identityOf(root), mark);
      await once(root, "exit");
      const pid = Number(await until(() => existsSync(file) && readFileSync(file, "utf8")));
      expect(isAlive(pid)).toBe(true);

      family.killLeftBehind();

      await until(() => !isAlive(pid));
    },
  );

  it("remembers what it saw below the root, though it has neither mark nor tree any more", async () => {
    const file = join(makeTemporaryFolder("family"), "pid");
    const daemon = `const child = require("node:child_process").spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore", env: {} });
        require("node:fs").writeFileSync(${JSON.stringify(file)}, String(child.pid)); process.stdin.on("end", () => process.exit(0)).resume();`;
    const root = keep(spawn(process.execPath, ["-e", daemon], { stdio: ["pipe", "ignore", "ignore"] }));
    const family = new ProcessFamily(identityOf(root), "a mark that nobody has");
    const pid = Number(await until(() => existsSync(file) && readFileSync(file, "utf8")));
    expect(family.sampleResidentBytes()).toBeGreaterThan(0);
    root.stdin?.end();
    await once(root, "exit");
    // A later look, in which it is nobody's child any more.
    family.sampleResidentBytes();
    expect(isAlive(pid)).toBe(true);

    family.killLeftBehind();

    await until(() => !isAlive(pid));
  });
});

const refusal = findPidRefusal();

describe.skipIf(refusal !== undefined)(`a process id that is used again${refusal ? ` (${refusal})` : ""}`, () => {
  it("L2: belongs to a stranger, who lives on when the environment ends that had seen it", async () => {
    const stage = await Stage.open();
    const code = `import { spawn } from "node:child_process";
      export const handler = async () => {
        const child = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" });
        await new Promise((resolve) => setTimeout(resolve, 500));
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL"); await ended;
        return { pid: child.pid, own: process.pid };
      };`;
    const call = await stage.declare("forgetful", code, { timeoutSeconds: 30 });
    const { payload } = (await call()) as { payload: { pid: number; own: number } };
    const stranger = keep(await spawnWithPid(payload.pid, "/bin/sleep", ["60"]));

    await stage.close();
    await waitAMoment();

    expect(isAlive(payload.own)).toBe(false);
    expect(isStill(identityOf(stranger))).toBe(true);
    expect(stranger.signalCode).toBeNull();
  });
});
