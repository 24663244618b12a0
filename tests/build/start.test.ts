import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { siteConfig } from "../../contracts/media/api.ts";
import { requireBuild } from "../support/require-build.ts";

interface RunningStart {
  readonly output: () => string;
  /** Sends a signal to the whole group, as a terminal does, and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /** Whether any process of the group is left. */
  isGroupAlive(): boolean;
}

const outputsFile = z.record(z.string(), z.object({ apiUrl: z.url(), siteUrl: z.url(), cdnUrl: z.url() }));

describe("npm start", () => {
  let state: string;
  let started: ChildProcess[];
  beforeEach(() => {
    requireBuild();
    started = [];
    state = mkdtempSync(join(tmpdir(), "darkroom-state-"));
  });
  afterEach(() => {
    for (const { pid, exitCode, signalCode } of started) {
      if (pid && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
    }
    rmSync(state, { recursive: true, force: true });
  });

  /** Runs the program on free ports until it says that it is up. */
  async function start(): Promise<RunningStart> {
    const child = spawn(process.execPath, ["build/start.mjs"], {
      cwd: PROJECT_FOLDER,
      env: { ...process.env, DARKROOM_PORT: "0", DARKROOM_STATE: state, DARKROOM_SKIP_INSTALL: "1" },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.push(child);
    let output = "";
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        output += chunk.toString();
        if (output.includes("Press Ctrl-C")) resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("close", (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
    });
    const { pid = 0 } = child;
    return {
      output: () => output,
      stop: (signal) => {
        if (child.exitCode === null && child.signalCode === null) process.kill(-pid, signal);
        return ended;
      },
      isGroupAlive: () => {
        try {
          return process.kill(-pid, 0);
        } catch {
          return false;
        }
      },
    };
  }

  function readOutputs() {
    const [outputs] = Object.values(outputsFile.parse(JSON.parse(readFileSync(join(state, "outputs.json"), "utf8"))));
    if (!outputs) throw new Error("outputs.json names no stack");
    return outputs;
  }

  it("builds, synthesizes, serves the page, and leaves nothing running after Ctrl-C", async () => {
    const running = await start();
    const { siteUrl, apiUrl } = readOutputs();
    const page = await fetch(siteUrl);
    const config = siteConfig.parse(await (await fetch(`${siteUrl}/config.json`)).json());
    const exitCode = await running.stop("SIGINT");

    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>Darkroom</title>")]);
    expect(config.apiUrl).toBe(apiUrl);
    expect(readFileSync(join(state, "aws.env"), "utf8")).toMatch(/^AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(running.output()).toMatch(/✓ Synthesize dev \(\d+\.\d\d s\)/);
    expect(exitCode).toBe(0);
    expect(running.isGroupAlive()).toBe(false);
    await expect(fetch(siteUrl)).rejects.toThrow();
  }, 120_000);

  it("comes up again on its state after a kill -9", async () => {
    const killed = await start();
    await killed.stop("SIGKILL");
    const running = await start();
    const { siteUrl } = readOutputs();
    const page = await fetch(siteUrl);
    const exitCode = await running.stop("SIGTERM");

    expect([page.status, exitCode]).toEqual([200, 0]);
  }, 120_000);
});
