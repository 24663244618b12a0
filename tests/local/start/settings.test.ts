import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLogWriter } from "../../../local/log-writer.ts";
import { createPortPlan } from "../../../local/ports.ts";
import { findStackFolders, parseSettings } from "../../../local/settings.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const folder = () => makeTemporaryFolder("settings");

describe("settings", () => {
  it("have defaults, and an empty variable is none", () => {
    expect(parseSettings({ DARKROOM_PORT: "", PATH: "/bin" })).toEqual({
      basePort: 4566,
      stateFolder: ".darkroom",
      terminalLevel: "warn",
      synthFolder: "cdktf.out",
    });
  });

  it("that are wrong are all named at once", () => {
    expect(() => parseSettings({ DARKROOM_PORT: "http", DARKROOM_LOG_LEVEL: "loud" })).toThrow(
      /DARKROOM_PORT[\s\S]*DARKROOM_LOG_LEVEL/,
    );
  });
});

describe("the stacks to run", () => {
  function synth(...names: string[]): string {
    const path = folder();
    const stacks = Object.fromEntries(names.map((name) => [name, { workingDirectory: `stacks/${name}` }]));
    writeFileSync(join(path, "manifest.json"), JSON.stringify({ version: "stubbed", stacks }));
    return path;
  }

  it("are all of the only environment, or of the one that is asked for", () => {
    const one = synth("darkroom-dev-media", "darkroom-dev-users");
    const two = synth("darkroom-dev-media", "darkroom-prod-media", "darkroom-prod-budget");

    expect(findStackFolders(one, undefined)).toEqual([
      join(one, "stacks/darkroom-dev-media"),
      join(one, "stacks/darkroom-dev-users"),
    ]);
    expect(findStackFolders(two, "prod")).toEqual([
      join(two, "stacks/darkroom-prod-media"),
      join(two, "stacks/darkroom-prod-budget"),
    ]);
  });

  it("are those of the systems that are named; an unknown name is refused with the list", () => {
    const path = synth("darkroom-dev-media", "darkroom-dev-users", "darkroom-dev-photo-booth", "darkroom-prod-talks");

    expect(findStackFolders(path, "dev", ["photo-booth", "media", "media"])).toEqual([
      join(path, "stacks/darkroom-dev-media"),
      join(path, "stacks/darkroom-dev-photo-booth"),
    ]);
    expect(() => findStackFolders(path, "dev", ["media", "talks", "usres"])).toThrow(
      /The systems of dev are media, users, photo-booth:[\s\S]*"talks"[\s\S]*"usres"/,
    );
  });

  it("are asked for, by name, where it is not clear", () => {
    const two = synth("darkroom-dev-media", "darkroom-prod-media");

    expect(() => findStackFolders(two, undefined)).toThrow("darkroom-dev-media, darkroom-prod-media");
    expect(() => findStackFolders(two, "qa")).toThrow('DARKROOM_ENVIRONMENT is "qa"');
    expect(() => findStackFolders(synth(), undefined)).toThrow("holds no stack");
    expect(() => findStackFolders(folder(), "dev")).toThrow("npm run synth");
  });
});

describe("ports", () => {
  it("follow the base port in the order of the first start, and stay when stacks come and go", () => {
    const state = folder();
    const first = createPortPlan(state, 4566);
    const before = [first.portFor("a/api"), first.portFor("b/api")];

    const second = createPortPlan(state, 5000);
    const after = ["c/api", "b/api", "a/api"].map((place) => second.portFor(place));

    expect(before).toEqual([4567, 4568]);
    expect(after).toEqual([5003, 5002, 5001]);
  });
});

describe("the log", () => {
  it("A10: is one JSON line per event, in a file per source, with secrets masked", async () => {
    const directory = folder();
    const terminal: string[] = [];
    const clock = { now: () => Date.UTC(2026, 10, 21) };
    const writer = createLogWriter({ directory, clock, writeTerminal: (line) => void terminal.push(line) });
    const url = "http://127.0.0.1/b/k?X-Amz-Credential=AKIA&X-Amz-Signature=abc123&x=1";

    writer.log({
      level: "info",
      source: "/aws/lambda/darkroom-dev-media-presign",
      message: `signed ${url}`,
      jobId: "1",
    });
    writer.log({ level: "debug", source: "../../etc/passwd", message: "x", authorization: "AWS4 secret" });
    await writer.stop();

    expect(readdirSync(directory).sort()).toEqual(["aws-lambda-darkroom-dev-media-presign.jsonl", "etc-passwd.jsonl"]);
    const text = readFileSync(join(directory, "aws-lambda-darkroom-dev-media-presign.jsonl"), "utf8");
    expect(JSON.parse(text)).toEqual({
      time: "2026-11-21T00:00:00.000Z",
      level: "info",
      source: "/aws/lambda/darkroom-dev-media-presign",
      message: "signed http://127.0.0.1/b/k?X-Amz-Credential=***&X-Amz-Signature=***&x=1",
      jobId: "1",
    });
    expect(readFileSync(join(directory, "etc-passwd.jsonl"), "utf8")).not.toContain("secret");
    expect(terminal).toEqual([
      "00:00:00 info  /aws/lambda/darkroom-dev-media-presign  signed http://127.0.0.1/b/k?X-Amz-Credential=***&X-Amz-Signature=***&x=1 jobId=1",
    ]);
  });

  it("keeps the terminal quiet below its level", () => {
    const terminal: string[] = [];
    const directory = join(folder(), "logs");
    mkdirSync(directory);
    const options = { directory, clock: { now: () => 0 }, writeTerminal: (line: string) => void terminal.push(line) };
    const writer = createLogWriter({ ...options, terminalLevel: "error" });

    for (const level of ["debug", "info", "warn", "error"] as const) writer.log({ level, source: "s", message: level });

    expect(terminal).toEqual(["00:00:00 error s  error"]);
  });

  it("tells the terminal a fault's words, its stack only where it is a bug, and nothing that would steer it", () => {
    const terminal: string[] = [];
    const options = {
      directory: folder(),
      clock: { now: () => 0 },
      writeTerminal: (line: string) => void terminal.push(line),
    };
    const writer = createLogWriter(options);
    const error = {
      name: "DarkroomError",
      message: "Damaged.\u001b]52;c;eA==",
      stack: "DarkroomError: Damaged.\n    at decode",
    };
    const fault = {
      source: "s",
      message: "It failed.",
      requestId: "r",
      error: { ...error, cause: { name: "E", message: "cut" } },
    };

    writer.log({ level: "warn", ...fault, code: "CORRUPT_MEDIA" });
    writer.log({ level: "error", ...fault });

    expect(terminal).toEqual([
      ["00:00:00 warn  s  It failed. code=CORRUPT_MEDIA", "DarkroomError: Damaged. ]52;c;eA==", "E: cut"].join(
        "\n         ",
      ),
      ["00:00:00 error s  It failed.", "DarkroomError: Damaged.", "    at decode", "E: cut"].join("\n         "),
    ]);
  });
});
