import { describe, expect, it } from "vitest";
import { WITHOUT_MOTO } from "../terraform-state-backend/moto.ts";
import { LAPTOP_DIFFERENCES } from "./known-differences.ts";
import { PROBES } from "./probes/index.ts";
import { type Results, readResults, toResults } from "./results.ts";
import { runProbes } from "./run.ts";
import { TARGET_NAMES, type TargetName } from "./target.ts";
import { findMotoVersion } from "./targets/moto.ts";
import { OPEN } from "./targets/open.ts";

const ids = PROBES.map(({ id }) => id);

async function ask(name: TargetName): Promise<Results> {
  const target = await OPEN[name]();
  try {
    return toResults(target, await runProbes(target));
  } finally {
    await target.close();
  }
}

/** What to do where this fails: see whether the change is right, then write it down. */
const remedy = (name: TargetName) => `npx tsx tests/parity/main.ts --target ${name}`;

describe("the probes", () => {
  it("have ids of their own, and a page of AWS's documentation each", () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const { source } of PROBES) expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/\S+\.html$/);
  });

  it("are those that the committed results answer, in their order", () => {
    for (const name of TARGET_NAMES) {
      const results = readResults(name);
      if (results) expect(Object.keys(results.findings), remedy(name)).toEqual(ids);
    }
  });
});

describe("the laptop runtime", () => {
  it("behaves as its committed results say", async () => {
    expect(await ask("laptop"), remedy("laptop")).toEqual(readResults("laptop"));
  });

  it("differs from AWS only where it is written down why", () => {
    const { findings = {} } = readResults("laptop") ?? {};
    const different = ids.filter((id) => {
      const finding = findings[id];
      return !finding || "absent" in finding || !finding.holds;
    });
    expect(different.sort()).toEqual(Object.keys(LAPTOP_DIFFERENCES).sort());
  });
});

const recorded = readResults("moto")?.version;
const version = WITHOUT_MOTO ? undefined : findMotoVersion();
const obstacle =
  WITHOUT_MOTO ?? (version === recorded ? undefined : `moto here is ${version}, its results are of ${recorded}`);

/** Without those that luck decides. */
function listCertain(results: Results | undefined): Readonly<Record<string, unknown>> {
  const certain = PROBES.filter(({ isRace }) => !isRace).map(({ id }) => id);
  return Object.fromEntries(certain.map((id) => [id, results?.findings[id]]));
}

describe.skipIf(obstacle)(`moto${obstacle ? ` (skipped: ${obstacle})` : ""}`, () => {
  it("behaves as its committed results say", async () => {
    expect(listCertain(await ask("moto")), remedy("moto")).toEqual(listCertain(readResults("moto")));
  });
});
