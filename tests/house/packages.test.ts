import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/** Deployed without an import: the build takes its binaries into a layer. */
const FILES_OF_THE_BUILD = ["ffmpeg-static"];

const read = (path: string) => readFileSync(join(PROJECT_FOLDER, path), "utf8");

/** Packages that code which is deployed imports for more than their types. */
function listDeployed(): string[] {
  const files = ["contracts", "lambdas", "web"].flatMap((folder) =>
    readdirSync(join(PROJECT_FOLDER, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(tsx?|mjs)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const imported = files.flatMap((file) =>
    [
      ...read(file).matchAll(
        /^(?:(?:import|export) (?!type\b)[^;"=]* from|import) "((?:@[^/"]+\/)?[^./":][^/":]*)(?:\/[^"]*)?";$/gm,
      ),
    ].map(([, name = ""]) => name),
  );
  return [...new Set([...imported, ...FILES_OF_THE_BUILD])].sort();
}

describe("package.json", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };

  it("names what is deployed among its dependencies, and nothing else there", () => {
    expect(Object.keys(dependencies)).toEqual(listDeployed());
  });

  it("is what package-lock.json was made from", () => {
    const { packages } = JSON.parse(read("package-lock.json"));

    expect(packages[""].dependencies).toEqual(dependencies);
  });
});
