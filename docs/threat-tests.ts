import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../build/project-folder.ts";

/** Which tests say that they hold a threat of docs/threats.md. */

const ID = String.raw`[UEIFAPLQ]\d{1,2}`;
/** `U1: …` or `U1, U2: …`, at the beginning of a text. */
const IN_FRONT = new RegExp(String.raw`["'\`](${ID}(?:, ${ID})*): `, "g");
/** `… (U1)`, `… (A6, I7)`, `… (P2, CKV_AWS_385)`. */
const IN_BRACKETS = new RegExp(String.raw`\(((?:${ID}|CKV\w+)(?:, (?:${ID}|CKV\w+))*)\)`, "g");
const COMMENT = /^\s*(?:\/\/|\/?\*).*$/gm;

/** The ids that the titles of a test file name. */
export function listTitleIds(text: string): string[] {
  const code = text.replace(COMMENT, "");
  const named = [IN_FRONT, IN_BRACKETS].flatMap((form) => [...code.matchAll(form)].map(([, ids = ""]) => ids));
  return [...new Set(named.flatMap((ids) => ids.split(", ")))].filter((id) => !id.startsWith("CKV")).sort();
}

/** By id, the test files whose titles name it, in the order of their paths. */
export function findThreatTests(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of listTestFiles())
    for (const id of listTitleIds(readFileSync(join(PROJECT_FOLDER, path), "utf8")))
      found.set(id, [...(found.get(id) ?? []), path]);
  return found;
}

/** Contracts hold tests too: each adapter's test runs one. */
function listTestFiles(): string[] {
  return readdirSync(join(PROJECT_FOLDER, "tests"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:test|contract)\.ts$/.test(path))
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .sort();
}
