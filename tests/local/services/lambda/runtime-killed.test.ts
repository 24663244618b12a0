import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isAlive, until } from "./laptop-lambda.ts";

it("a runtime that is killed with kill -9 leaves no function running, busy or idle, nor what functions have started", async () => {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-doomed-"));
  const program = fileURLToPath(new URL("./doomed-runtime.ts", import.meta.url));
  const runtime = spawn(process.execPath, ["--import", "tsx", program, folder], { stdio: "inherit" });
  const pidsOf = async (name: string) => {
    const path = join(folder, name);
    const text = await until(() => existsSync(path) && readFileSync(path, "utf8"));
    return text.split(" ").map(Number);
  };
  const pids = (await Promise.all(["idle", "busy", "warm"].map(pidsOf))).flat();
  expect(pids).toHaveLength(5);
  expect(pids.every(isAlive)).toBe(true);

  runtime.kill("SIGKILL");

  await until(() => pids.every((pid) => !isAlive(pid)));
  await rm(folder, { recursive: true });
});
