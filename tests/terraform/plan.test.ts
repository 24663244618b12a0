import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { synthesize, writeHcl } from "../../stacks/app.ts";
import type { Environment, EnvironmentName } from "../../stacks/support/environment.ts";
import { ENVIRONMENT_NAMES } from "../../stacks/support/environment.ts";
import { SYSTEMS } from "../../systems.ts";
import { type FixtureOptions, writeFixtureArtifacts } from "../stacks/fixture-artifacts.ts";
import { DOMAIN, synthesizeStack } from "../stacks/synthesized.ts";
import { devWith, environments } from "../support/environments.ts";
import { init, mockProvider, plan, terraform, WITHOUT_TERRAFORM } from "./terraform.ts";

let folder: string;
/** The first folder that was initialized, for the others to copy from. */
let initialized: string | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-plan-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A synthesized stack, ready for Terraform. */
function prepare(name: string, environment: Environment, options?: FixtureOptions): string {
  const artifactsFolder = writeFixtureArtifacts(join(folder, name, "dist"), options);
  const outputFolder = join(folder, name, "cdktf.out");
  const [stackFolder = ""] = synthesize({
    systems: SYSTEMS,
    environments: [environment],
    artifactsFolder,
    outputFolder,
  }).folders;
  mockProvider(stackFolder);
  init(stackFolder, initialized);
  initialized ??= stackFolder;
  return stackFolder;
}

const title = WITHOUT_TERRAFORM ? `Terraform (skipped: ${WITHOUT_TERRAFORM})` : "Terraform";

describe.skipIf(WITHOUT_TERRAFORM)(title, { timeout: 120_000 }, () => {
  it.each(ENVIRONMENT_NAMES)("finds %s valid, and plans it alone for an empty account", (name: EnvironmentName) => {
    const stack = prepare(name, environments[name]);

    const validated = terraform(stack, "validate", "-no-color");
    const planned = plan(stack);

    expect(validated.text).toContain("The configuration is valid.");
    expect(planned.status, planned.text).toBe(0);
    expect(planned.text).not.toMatch(/Warning:/);
    expect(planned.text).toContain(
      `Plan: ${synthesizeStack(name).addresses.length} to add, 0 to change, 0 to destroy.`,
    );
    expect(planned.text).toContain(
      `bucket = "darkroom-${name}-media-uploads-${environments[name].accountId}-eu-central-1"`,
    );
    expect(planned.text).toContain(`"Stack" = "darkroom-${name}-media"`);
  });

  it("plans a custom domain", () => {
    const stack = prepare("domain", devWith({ domain: DOMAIN }));

    const planned = plan(stack);

    expect(planned.status, planned.text).toBe(0);
  });

  it("refuses to plan for another account than the environment's", () => {
    const stack = prepare("foreign", environments.dev);
    mockProvider(stack, { anyAccount: false });

    const planned = plan(stack);

    expect(planned.status).toBe(1);
    expect(planned.text).toContain("AWS account ID not allowed");
  });

  it("refuses to plan a layer without its binaries, and says what to do", () => {
    const stack = prepare("laptop", environments.dev, { layerTarget: "laptop" });

    const planned = plan(stack);

    expect(planned.status).toBe(1);
    expect(planned.text).toContain("The layer ffmpeg holds no arm64 binaries");
    expect(planned.text).toContain("Run npm run build where the download is reachable");
  });

  it("finds the HCL for readers valid too, and as `terraform fmt` would write it", () => {
    const artifactsFolder = writeFixtureArtifacts(join(folder, "hcl", "dist"));
    const outputFolder = join(folder, "hcl", "hcl.out");
    const [stack = ""] = writeHcl({
      systems: SYSTEMS,
      environments: [environments.prod],
      artifactsFolder,
      outputFolder,
    }).folders;
    init(stack);

    const validated = terraform(stack, "validate", "-no-color");
    const formatted = terraform(stack, "fmt", "-check", "-diff", "-no-color");

    expect(validated.text).toContain("The configuration is valid.");
    expect(formatted.status, formatted.text).toBe(0);
  });
});
