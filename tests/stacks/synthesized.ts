import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../stacks/app.ts";
import type { EnvironmentName } from "../../stacks/support/environment.ts";
import { type HouseEnvironment, SYSTEMS } from "../../systems.ts";
import { environments } from "../support/environments.ts";
import { type FixtureOptions, writeFixtureArtifacts } from "./fixture-artifacts.ts";

export type Body = Readonly<Record<string, unknown>>;

/** A synthesized stack, as Terraform reads it. */
export interface Stack {
  readonly text: string;
  /** `aws_s3_bucket.uploads` … */
  readonly addresses: readonly string[];
  readonly outputs: Readonly<Record<string, { readonly value: string; readonly description: string }>>;
  readonly provider: Body;
  /** Throws where there is none. */
  get(address: string): Body;
  /** Every resource of a type, by its id. */
  list(type: string): readonly (readonly [id: string, body: Body])[];
}

/** A custom domain, as an environment may have one. */
export const DOMAIN = {
  cdn: "media.example.com",
  site: "photos.example.com",
  certificateArn: "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012",
} as const;

const ofEnvironments = new Map<EnvironmentName, Stack>();

/** Synthesizes one environment's media stack with tiny artifacts, and reads it back; one of environments.ts, once a file. */
export function synthesizeStack(environment: EnvironmentName | HouseEnvironment, options?: FixtureOptions): Stack {
  if (typeof environment !== "string") return synthesizeAnew(environment, options);
  if (options) return synthesizeAnew(environments[environment], options);
  const stack = ofEnvironments.get(environment) ?? synthesizeAnew(environments[environment]);
  ofEnvironments.set(environment, stack);
  return stack;
}

/** Every stack of an environment, its systems' in their order. */
export function synthesizeSystems(environment: HouseEnvironment, options?: FixtureOptions): readonly Stack[] {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-synth-"));
  try {
    const artifactsFolder = writeFixtureArtifacts(join(folder, "dist"), options);
    const { folders } = synthesize({
      systems: SYSTEMS,
      environments: [environment],
      artifactsFolder,
      outputFolder: join(folder, "out"),
    });
    return folders.map((path) => readStack(readFileSync(join(path, "cdk.tf.json"), "utf8")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function synthesizeAnew(environment: HouseEnvironment, options?: FixtureOptions): Stack {
  const [media] = synthesizeSystems(environment, options);
  if (!media) throw new Error("Synthesis wrote no stack.");
  return media;
}

function readStack(text: string): Stack {
  const document = JSON.parse(text) as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, Body>>>>;
    readonly output: Stack["outputs"];
    readonly provider: { readonly aws: readonly [Body] };
  };
  const { resource } = document;
  return {
    text,
    addresses: Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((id) => `${type}.${id}`)),
    outputs: document.output,
    provider: document.provider.aws[0],
    list: (type) => Object.entries(resource[type] ?? {}),
    get: (address) => {
      const [type = "", id = ""] = address.split(".");
      const body = resource[type]?.[id];
      if (!body) throw new Error(`The stack declares no ${address}.`);
      return body;
    },
  };
}

/** A reference as it stands in the synthesized JSON: `aws_sqs_queue.resize.arn` in a dollar sign and braces. */
export function ref(path: string): string {
  return `\${${path}}`;
}
