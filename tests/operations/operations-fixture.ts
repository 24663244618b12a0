import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { writeOutputsFiles } from "../../local/outputs-files.ts";
import type { Command } from "../../operations/support/command-line.ts";
import { nameMedia } from "../../stacks/media/names.ts";
import type { EnvironmentName } from "../../stacks/support/environment.ts";
import { environments } from "../support/environments.ts";
import type { TestLaptop } from "../support/laptop.ts";

/** What a person has who has just loaded a laptop's aws.env, and what the command prints for them. */
export async function runOnLaptop(laptop: TestLaptop, command: Command, ...args: string[]): Promise<string> {
  const { outputs } = writeOutputsFiles(laptop.stateFolder, laptop.laptop);
  useLaptop(laptop);
  return run(command, ...args, "--outputs-file", outputs);
}

/** Sends what this test asks of AWS to the laptop, with its administrator's keys. */
export function useLaptop(laptop: TestLaptop): void {
  const { accessKeyId, secretAccessKey } = laptop.laptop.administrator;
  vi.stubEnv("AWS_ENDPOINT_URL", laptop.laptop.endpointUrl);
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  onTestFinished(() => void vi.unstubAllEnvs());
}

export async function run(command: Command, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  await command(args, write, async (name) => nameMedia(environments[name as EnvironmentName]));
  return lines.join("\n");
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-operations-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
