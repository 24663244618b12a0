import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import * as z from "zod";
import { damagedState } from "./damaged-state.ts";
import { replaceFile } from "./replace-file.ts";

/** A small JSON file of the state folder: what stands in it, and its checksum, without which a changed key is a key. */
const envelope = z.strictObject({ checksum: z.number(), content: z.unknown() });

export function writeStateFile(path: string, content: unknown): void {
  replaceFile(path, `${JSON.stringify({ checksum: checksumOf(content), content }, undefined, 2)}\n`);
}

/** Throws Refusal where the file is not as it was written, or its content not what the schema says. */
export function readStateFile<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  const parsed = envelope.safeParse(parseJson(path));
  if (!parsed.success) throw damagedState(path, "is damaged: it is not a file that this runtime wrote");
  const { checksum, content } = parsed.data;
  if (checksum !== checksumOf(content))
    throw damagedState(path, "is damaged: its content is not what its checksum says");
  const known = schema.safeParse(content);
  if (known.success) return known.data;
  const issues = known.error.issues.map((issue) => `${issue.path.join(".") || "all of it"}: ${issue.message}`);
  throw damagedState(path, `is not as this version writes it: ${issues.join("; ")}`);
}

function checksumOf(content: unknown): number {
  return crc32(JSON.stringify(content) ?? "");
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw damagedState(path, "is damaged: it is not JSON");
    throw error;
  }
}
