import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../../build/project-folder.ts";
import { environments } from "../../../environments.ts";
import { closeServer, listen } from "../../../local/protocol/endpoint/listen.ts";
import { synthesize } from "../../../stacks/app.ts";
import { SYSTEMS } from "../../../systems.ts";
import { requireBuild } from "../../support/require-build.ts";

/** The program that `npm start` ends in, as a process of its own. */

const tsx = createRequire(import.meta.url).resolve("tsx");
const programs: ChildProcess[] = [];
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-main-"));
  synthesize({
    systems: SYSTEMS,
    environments: [environments.dev],
    artifactsFolder: requireBuild().folder,
    outputFolder: join(folder, "out"),
  });
});
afterEach(() => {
  for (const program of programs.splice(0)) program.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Started {
  readonly program: ChildProcess;
  /** Everything that it has printed so far. */
  printed(): string;
  /** Resolves when the text is printed; rejects, with what was printed instead, when it ends without. */
  waitFor(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

function startProgram(variables: Record<string, string>, ...systems: string[]): Started {
  const env = { PATH: process.env.PATH, CDKTF_OUTDIR: join(folder, "out"), ...variables };
  const program = spawn(process.execPath, ["--import", tsx, "local/main.ts", ...systems], { cwd: PROJECT_FOLDER, env });
  programs.push(program);
  let output = "";
  const ended = new Promise<number | null>((resolve) => program.once("close", resolve));
  const listeners = new Set<() => void>();
  for (const stream of [program.stdout, program.stderr])
    stream?.on("data", (piece: Buffer) => {
      output += piece.toString();
      for (const listener of listeners) listener();
    });
  const waitFor = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (output.includes(text)) resolve();
      };
      listeners.add(check);
      check();
      ended.then((code) => reject(new Error(`it ended with ${code}:\n${output}`)), reject);
    });
  return { program, printed: () => output, waitFor, ended };
}

const READY = "Press Ctrl-C to stop.";
/** A base port whose neighbours are free too, as good as surely: below the range that systems hand out by themselves. */
const somePort = (): string => String(15_000 + Math.floor(Math.random() * 15_000));

describe("the laptop runtime as a program", () => {
  it("prints and writes where everything is, and ends with 0 on Ctrl-C, within seconds", async () => {
    const state = mkdtempSync(join(folder, "state-"));
    const port = somePort();
    const laptop = startProgram({ DARKROOM_STATE: state, DARKROOM_PORT: port });
    await laptop.waitFor(READY);

    const outputs = JSON.parse(readFileSync(join(state, "outputs.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const { siteUrl = "", apiUrl = "", cdnUrl = "" } = outputs["darkroom-dev-media"] ?? {};
    const home = await fetch(siteUrl);
    const before = Date.now();
    laptop.program.kill("SIGINT");
    const code = await laptop.ended;

    expect(home.status).toBe(200);
    for (const address of [siteUrl, apiUrl, cdnUrl, `http://127.0.0.1:${port}`])
      expect(laptop.printed()).toContain(address);
    expect(laptop.printed()).toContain(`    ${siteUrl}  Address of the page.\n`);
    expect(readFileSync(join(state, "aws.env"), "utf8")).toContain(`AWS_ENDPOINT_URL=http://127.0.0.1:${port}\n`);
    expect(statSync(join(state, "aws.env")).mode & 0o777).toBe(0o600);
    expect(code).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
    await expect(fetch(siteUrl)).rejects.toThrow();
  }, 60_000);

  it("comes up again on the same state and ports after kill -9, and leaves no process of a function behind", async () => {
    const state = mkdtempSync(join(folder, "state-"));
    const variables = { DARKROOM_STATE: state, DARKROOM_PORT: somePort() };
    const first = startProgram(variables);
    await first.waitFor(READY);
    const addresses = readFileSync(join(state, "outputs.json"), "utf8");
    const keys = readFileSync(join(state, "aws.env"), "utf8");
    const { apiUrl = "" } =
      (JSON.parse(addresses) as Record<string, Record<string, string>>)["darkroom-dev-media"] ?? {};
    // Brings a function's process to life.
    await fetch(`${apiUrl}/status?jobId=x`);

    const alive = listProcesses(state);
    first.program.kill("SIGKILL");
    await first.ended;
    await waitUntil(() => listProcesses(state).length === 0);
    const second = startProgram(variables);
    await second.waitFor(READY);
    const answer = await fetch(`${apiUrl}/status?jobId=00000000-0000-4000-8000-000000000000`);
    second.program.kill("SIGTERM");

    expect(alive.length).toBeGreaterThan(0);
    expect(answer.status).toBe(404);
    expect(readFileSync(join(state, "outputs.json"), "utf8")).toBe(addresses);
    expect(readFileSync(join(state, "aws.env"), "utf8")).toBe(keys);
    expect(await second.ended).toBe(0);
  }, 90_000);

  it("names a busy port and how to change it, and ends with 1", async () => {
    const other = createServer();
    const port = await listen(other, 0, "a test");
    const state = mkdtempSync(join(folder, "state-"));

    const laptop = startProgram({ DARKROOM_STATE: state, DARKROOM_PORT: String(port) });
    const code = await laptop.ended;
    await closeServer(other);

    expect(code).toBe(1);
    expect(laptop.printed()).toContain(`port ${port} on 127.0.0.1`);
    expect(laptop.printed()).toContain("DARKROOM_PORT");
    expect(laptop.printed()).not.toContain("    at ");
  }, 60_000);

  it("refuses a system that the environment does not have, names those that it has, and starts nothing", async () => {
    const state = join(folder, "never");

    const laptop = startProgram({ DARKROOM_STATE: state, DARKROOM_PORT: "0" }, "media", "usres");

    expect(await laptop.ended).toBe(1);
    expect(laptop.printed()).toContain('The systems of dev are media:\n  - "usres" is none of them');
    expect(statSync(state, { throwIfNoEntry: false })).toBeUndefined();
  }, 60_000);

  it("stops cleanly when Ctrl-C comes while it is still starting", async () => {
    const state = mkdtempSync(join(folder, "state-"));
    const laptop = startProgram({ DARKROOM_STATE: state, DARKROOM_PORT: "0", DARKROOM_LOG_LEVEL: "debug" });
    // The lock is the first thing that a start makes.
    await waitUntil(() => statSync(join(state, "lock"), { throwIfNoEntry: false }) !== undefined);

    laptop.program.kill("SIGINT");

    expect(await laptop.ended).toBe(0);
    expect(statSync(join(state, "lock"), { throwIfNoEntry: false })).toBeUndefined();
  }, 60_000);
});

/** The processes of functions, and of what watches over them: their programs lie in the state folder. */
function listProcesses(stateFolder: string): string[] {
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  if (stdout) return stdout.split("\n").filter((line) => line.includes(stateFolder));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(stateFolder));
}

async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
