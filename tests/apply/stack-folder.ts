import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApplyError } from "./apply-error.ts";
import { type EmulatorGaps, listUnused } from "./emulators.ts";
import { type Json, leaveOut, type StackDocument } from "./leave-out.ts";
import type { Target } from "./target.ts";

const DOCUMENT = "cdk.tf.json";

export function readStack(folder: string): StackDocument {
  return JSON.parse(readFileSync(join(folder, DOCUMENT), "utf8"));
}

/** What Terraform manages, by address. */
export function listBodies({ resource }: StackDocument): ReadonlyMap<string, Json> {
  return new Map(
    Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, body]) => [`${type}.${name}`, body] as const),
    ),
  );
}

/**
 * Makes synthesized stacks fit the target: takes out what the emulator lacks, and tells the provider how to reach it. For AWS
 * nothing is touched. Returns the addresses of what was left out.
 */
export function fitStacks(folders: readonly string[], { gaps, isEmulator }: Target): readonly string[] {
  if (!isEmulator) return [];
  refuseUnused(
    gaps,
    folders.flatMap((folder) => Object.keys(readStack(folder).resource)),
  );
  return folders.flatMap((folder) => fitStack(folder, gaps));
}

/** The same for one stack, which need not have a use for every entry; one of which nothing is left is taken away. */
export function fitStack(folder: string, gaps: EmulatorGaps): readonly string[] {
  const document = readStack(folder);
  const reduced = leaveOut(document, Object.keys(gaps.notImplemented));
  const fitted = ignoreAnswers(reduced.document, gaps);
  // Of the budget's stack nothing is left, and Terraform takes no stack without a resource.
  if (Object.keys(fitted.resource).length === 0) {
    rmSync(folder, { recursive: true });
    return reduced.resources;
  }
  writeFileSync(join(folder, DOCUMENT), JSON.stringify(fitted, undefined, 2));
  writeFileSync(join(folder, "emulator_override.tf.json"), JSON.stringify(overrideProviders(document)));
  return reduced.resources;
}

function refuseUnused(gaps: EmulatorGaps, types: readonly string[]): void {
  const unused = listUnused(gaps, types);
  if (unused.length > 0) {
    throw new ApplyError(`No stack has ${unused.join(", ")}: take it out of tests/apply/emulators.ts.`);
  }
}

function ignoreAnswers(document: StackDocument, { answersDifferently }: EmulatorGaps): StackDocument {
  const resource = Object.entries(document.resource).map(([type, named]) => {
    const ignored = Object.keys(answersDifferently[type] ?? {});
    const bodies = Object.entries(named).map(([name, body]) => [name, ignored.length ? ignore(body, ignored) : body]);
    return [type, Object.fromEntries(bodies)];
  });
  return { ...document, resource: Object.fromEntries(resource) };
}

function ignore(body: Json, ignored: readonly string[]): Json {
  const { lifecycle = {}, ...rest } = body as { readonly lifecycle?: Readonly<Record<string, Json>> };
  return { ...rest, lifecycle: { ...lifecycle, ignore_changes: ignored } };
}

/** An override is laid over the block of the same alias. The account stays checked: the target says whose it is. */
function overrideProviders({ provider }: StackDocument): object {
  const { aws } = provider as { readonly aws: readonly { readonly alias?: string }[] };
  const settings = { s3_use_path_style: true, skip_metadata_api_check: "true", max_retries: 2 };
  return { provider: { aws: aws.map(({ alias }) => ({ ...(alias !== undefined && { alias }), ...settings })) } };
}
