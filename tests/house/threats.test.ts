import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { THREATS, type Threat } from "../../docs/threat-model.ts";
import { findThreatTests, listTitleIds } from "../../docs/threat-tests.ts";
import { formatThreats, THREATS_PAGE } from "../../docs/threats.ts";

const ROWS: Readonly<Record<string, Threat>> = THREATS;
const SOURCES = /\.(?:ts|mjs|js|css|html|json|md|yml)$/;
/** Pages that a program makes where it runs, and pages that a test makes up. */
const MADE_ELSEWHERE = ["review.md", "comment.md", "absent.md"];

const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: PROJECT_FOLDER,
  encoding: "utf8",
});
const files = (listed.stdout ?? "")
  .split("\n")
  .filter((path) => SOURCES.test(path) && path !== "package-lock.json" && path !== "tests/house/threats.test.ts")
  .filter((path) => existsSync(join(PROJECT_FOLDER, path)));
const isClone = files.length > 0;

function readEach<Found>(find: (text: string) => readonly Found[]): { path: string; found: Found }[] {
  return files.flatMap((path) =>
    find(readFileSync(join(PROJECT_FOLDER, path), "utf8")).map((found) => ({ path, found })),
  );
}

/** What stands behind `threats.md` as ids: `threats.md U1, U2 and F1`. */
function listCitedIds(text: string): string[] {
  const cited = text.matchAll(/threats\.md ([A-Z]\d{1,2}(?:(?:, | and )[A-Z]\d{1,2})*)/g);
  return [...cited].flatMap(([, ids = ""]) => ids.split(/, | and /));
}

describe("the page of threats", () => {
  it("is what npm run docs writes", () => {
    expect(readFileSync(THREATS_PAGE, "utf8")).toBe(formatThreats());
  });

  it.skipIf(!isClone)("has a row for every id that code cites (skipped where this is no git clone)", () => {
    const cited = readEach(listCitedIds);

    expect(cited.length).toBeGreaterThan(80);
    expect(cited.filter(({ found }) => !(found in ROWS))).toEqual([]);
  });

  it("has a row for every id that a test's title names", () => {
    const named = [...findThreatTests().keys()];

    expect(named.length).toBeGreaterThan(35);
    expect(named.filter((id) => !(id in ROWS))).toEqual([]);
  });

  it("has no row that no test holds, but for those that come with a later system", () => {
    const tests = findThreatTests();
    const open = Object.entries(ROWS).filter(([id, { comesWith }]) => !tests.has(id) && comesWith === undefined);

    expect(open.map(([id]) => id)).toEqual([]);
  });

  it("says of no row that it is to come once a test holds it", () => {
    const tests = findThreatTests();
    const late = Object.entries(ROWS).filter(([id, { comesWith }]) => tests.has(id) && comesWith !== undefined);

    expect(late.map(([id]) => id)).toEqual([]);
  });

  it.each([
    ["an id in front of a sentence", 'it("U1, U2: signs", () => {', ["U1", "U2"]],
    ["ids in brackets, a scanner's among them", 'it("is told (P2, CKV_AWS_385)", () => {', ["P2"]],
    ["a row of a table", "  [`a key (P5)`, 1],", ["P5"]],
    ["no colour space", 'it("of Display P3 (wide)", () => {', []],
    ["no comment", "  // as U1: says (U2)", []],
  ])("reads from titles %s", (_what, text, ids) => {
    expect(listTitleIds(text)).toEqual(ids);
  });
});

describe.skipIf(!isClone)("code and documents (skipped where this is no git clone)", () => {
  it("name no page that does not exist", () => {
    const pages = new Set([
      ...files.filter((path) => path.endsWith(".md")).map((path) => path.replace(/^.*\//, "")),
      ...MADE_ELSEWHERE,
    ]);
    const named = readEach((text) => [...text.matchAll(/[\w-]+\.md\b/g)].map(([name]) => name));

    expect(named.length).toBeGreaterThan(150);
    expect(named.filter(({ found }) => !pages.has(found))).toEqual([]);
  });
});
