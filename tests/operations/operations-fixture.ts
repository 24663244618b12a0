import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { writeOutputsFiles } from "../../local/outputs-files.ts";
import type { Command } from "../../operations/support/command-line.ts";
import type { TestLaptop } from "../support/laptop.ts";

/** What a person has who has just loaded a laptop's aws.env, and what the command prints for them. */
export async function runOnLaptop(laptop: TestLaptop, command: Command, ...args: string[]): Promise<string> {
  const { outputs } = writeOutputsFiles(laptop.stateFolder, laptop.laptop);
  const { accessKeyId, secretAccessKey } = laptop.laptop.administrator;
  vi.stubEnv("AWS_ENDPOINT_URL", laptop.laptop.endpointUrl);
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  onTestFinished(() => void vi.unstubAllEnvs());
  return run(command, ...args, "--outputs-file", outputs);
}

export async function run(command: Command, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  await command(args, (line) => lines.push(line));
  return lines.join("\n");
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-operations-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
