import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { FunctionSettings } from "../../../../local/services/lambda/seam.ts";
import { ACCOUNT } from "../../protocol/aws-json/signed-endpoint.ts";

/** A zip of these files, each executable where its name is below bin/. */
export function makeZip(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => {
    const mode = name.startsWith("bin/") ? 0o100755 : 0o100644;
    return [name, [new TextEncoder().encode(text), { os: 3, attrs: mode << 16, mtime: new Date(1980, 0, 1) }]] as const;
  });
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]);
}

export function writeZip(folder: string, name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, "zips", `${name}.zip`);
  mkdirSync(join(folder, "zips"), { recursive: true });
  writeFileSync(path, makeZip(files));
  return path;
}

/** A function of one module, `index.mjs`. */
export function functionOf(
  folder: string,
  name: string,
  code: string,
  more: Partial<FunctionSettings> = {},
): FunctionSettings {
  return settingsOf(name, { zipPath: writeZip(folder, name, { "index.mjs": code }), ...more });
}

export function settingsOf(name: string, more: Partial<FunctionSettings> = {}): FunctionSettings {
  return {
    name,
    zipPath: "unused.zip",
    handler: "index.handler",
    runtime: "nodejs22.x",
    architecture: "arm64",
    memoryMb: 256,
    timeoutSeconds: 10,
    ephemeralStorageMb: 512,
    environment: {},
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    layerArns: [],
    logGroup: `/aws/lambda/${name}`,
    ...more,
  };
}
