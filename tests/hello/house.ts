import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { synthesize } from "../../stacks/app.ts";
import { parseEnvironments } from "../../stacks/support/environment.ts";
import { SYSTEMS } from "../../systems.ts";
import { writeFixtureArtifacts } from "../stacks/fixture-artifacts.ts";
import { hello } from "./system.ts";

/** This house, with one system more. */
export const WITH_HELLO = [...SYSTEMS, hello] as const;

const place = { region: "eu-central-1", isProtected: true };
const SUBSCRIBERS = ["on-call@example.com"];
export const environments = parseEnvironments(WITH_HELLO, {
  dev: { ...place, accountId: "111111111111", isProtected: false, logDays: 7, media: {}, hello: {} },
  prod: {
    ...{ ...place, accountId: "333333333333", alarms: { subscribers: SUBSCRIBERS } },
    ...{ media: {}, hello: {}, budget: { monthlyUsd: 100, subscribers: SUBSCRIBERS } },
  },
});

/** Synthesizes dev and prod into `<folder>/cdktf.out`; returns stacks' folders. */
export function synthesizeHouse(folder: string, systems: typeof WITH_HELLO | typeof SYSTEMS = WITH_HELLO) {
  const artifactsFolder = writeFixtureArtifacts(join(folder, "dist"));
  const path = join(artifactsFolder, "artifacts.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  // Its zip is media's: here nothing runs it.
  manifest.functions["hello/presign"] = manifest.functions["media/status"];
  writeFileSync(path, JSON.stringify(manifest));
  const outputFolder = join(folder, "cdktf.out");
  const { dev, prod } = environments;
  return synthesize({ systems, environments: [dev, prod], artifactsFolder, outputFolder }).folders;
}
