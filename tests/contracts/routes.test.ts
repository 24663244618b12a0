import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { type Route, routeKey } from "../../contracts/http/route.ts";
import { SYSTEMS } from "../../systems.ts";
import { synthesizeSystems } from "../stacks/synthesized.ts";
import { environments } from "../support/environments.ts";

/** The keys of a system's route values, and the names of those without a document. A system without an API has neither. */
async function readContracts(system: string) {
  if (!existsSync(join(PROJECT_FOLDER, `contracts/${system}/routes/index.ts`))) return { keys: [], undocumented: [] };
  const { ROUTES } = (await import(`../../contracts/${system}/routes/index.ts`)) as { ROUTES: Record<string, Route> };
  const { DOCUMENTS } = (await import(`../../contracts/${system}/documents/index.ts`)) as { DOCUMENTS: object };
  return {
    keys: Object.values(ROUTES).map(routeKey).sort(),
    undocumented: Object.keys(ROUTES).filter((name) => !(name in DOCUMENTS)),
  };
}

/** Of every system's stack in prod, where all that there is is declared. */
const STACKS = new Map(
  synthesizeSystems(environments.prod).map((stack, index) => {
    const keys = stack.list("aws_apigatewayv2_route").map(([, route]) => String(route.route_key));
    // What answers every other address is no route of the API.
    return [SYSTEMS[index]?.name ?? "", keys.filter((key) => !/ \/(\{proxy\+\})?$/.test(key)).sort()] as const;
  }),
);

describe("the routes", () => {
  it("are looked at", () => {
    expect(STACKS.get("media")).toContain("GET /status");
  });

  it.each(SYSTEMS.map(({ name }) => name))(
    "of %s are values, each with a document, and all of them in its API",
    async (name) => {
      const { keys, undocumented } = await readContracts(name);

      expect(STACKS.get(name)).toEqual(keys);
      expect(undocumented).toEqual([]);
    },
  );
});

describe("the clients", () => {
  it("need nothing of a browser: they are sound without the DOM's types", () => {
    const options = ["--lib", "es2023", "--types", "node", "--target", "es2023", "--module", "esnext"];
    const files = ["--moduleResolution", "bundler", "--allowImportingTsExtensions", "--noEmit", "--ignoreConfig"];
    const checks = ["--strict", "--noUncheckedIndexedAccess", "--skipLibCheck", "client/media.ts"];

    const { stdout, status } = spawnSync("npx", ["tsc", ...options, ...files, ...checks], {
      cwd: PROJECT_FOLDER,
      encoding: "utf8",
    });

    expect([stdout, status]).toEqual(["", 0]);
  }, 60_000);
});
