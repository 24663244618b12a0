import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { type ArtifactManifest, artifactManifest } from "../contracts/artifacts.ts";
import { Refusal } from "./model/refusal.ts";
import { type ParsedStack, parseStackDocument } from "./model/stack-document.ts";

/** The synthesized stack, `cdktf.out/stacks/<name>/`, with the problems that are found in it. */
export function readStack(stackFolder: string): ParsedStack {
  return parseStackDocument(
    basename(stackFolder),
    readJson(join(stackFolder, "cdk.tf.json"), "run `npm run synth` first"),
  );
}

/** `dist/artifacts.json`. Throws Refusal where it is missing or not of the agreed form. */
export function readArtifacts(artifactsFolder: string): ArtifactManifest {
  const parsed = artifactManifest.safeParse(
    readJson(join(artifactsFolder, "artifacts.json"), "run `npm run build` first"),
  );
  if (parsed.success) return parsed.data;
  throw new Refusal("The list of built files, artifacts.json, cannot be used; run `npm run build` again:", [
    z.prettifyError(parsed.error),
  ]);
}

function readJson(path: string, remedy: string): unknown {
  if (!existsSync(path))
    throw new Refusal("The laptop runtime has nothing to run:", [`${path} does not exist; ${remedy}`]);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Refusal("The laptop runtime cannot read its input:", [`${path}: ${String(error)}; ${remedy}`]);
  }
}
