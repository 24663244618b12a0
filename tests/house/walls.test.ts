import { describe, expect, it } from "vitest";
import { readImportGraph } from "./import-graph.ts";
import { WALLS, type Wall } from "./walls.ts";

/** One file that imports another, both from the project's root. */
type Edge = readonly [file: string, imported: string];
type Names = Readonly<Record<string, string>>;

/** `lambdas/<s>/<f>/` → what fits it, with the names that stand for `<s>` and `<f>`. */
function matchRoom(room: string, path: string, known: Names = {}): Names | undefined {
  const names: string[] = [];
  const source = room.replaceAll(/<(\w)>|\*|[.]/g, (found, name?: string) => {
    if (found === "*") return "[^/]*";
    if (name === undefined) return "\\.";
    if (known[name] !== undefined) return known[name];
    names.push(name);
    return "([^/]+)";
  });
  const match = new RegExp(`^${source}${room.endsWith("/") ? "" : "$"}`).exec(path);
  return match
    ? { ...known, ...Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ""])) }
    : undefined;
}

function findRoom(path: string): { readonly wall: Wall; readonly names: Names } | undefined {
  for (const wall of WALLS) {
    const names = matchRoom(wall.room, path);
    if (names) return { wall, names };
  }
  return undefined;
}

/** The imports that cross a wall. */
function findCrossings(edges: readonly Edge[]): string[] {
  return edges
    .filter(([file, imported]) => {
      const from = findRoom(file);
      if (!from) return true;
      const to = findRoom(imported);
      const isAtHome =
        to !== undefined && to.wall === from.wall && matchRoom(from.wall.room, imported, from.names) !== undefined;
      return (
        !isAtHome && !from.wall.may.some((room) => room === "*" || matchRoom(room, imported, from.names) !== undefined)
      );
    })
    .map(([file, imported]) => `${file} <- ${imported}`);
}

const graph = readImportGraph();

const CROSSINGS: readonly Edge[] = [
  ["contracts/media/a.ts", "contracts/users/a.ts"],
  ["contracts/http/a.ts", "contracts/media/errors.ts"],
  ["contracts/media/a.ts", "lambdas/media/presign/a.ts"],
  ["lambdas/media/presign/a.ts", "lambdas/media/status/a.ts"],
  ["lambdas/media/presign/handler.ts", "lambdas/aws/clients.ts"],
  ["lambdas/media/presign/a.ts", "lambdas/users/create/a.ts"],
  ["lambdas/media/presign/a.ts", "contracts/users/tables.ts"],
  ["lambdas/media/formats/a.ts", "lambdas/media/jobs/job-table.ts"],
  ["lambdas/support/a.ts", "lambdas/media/jobs/work.ts"],
  ["lambdas/support/a.ts", "contracts/media/errors.ts"],
  ["lambdas/aws/a.ts", "lambdas/media/jobs/job-table.ts"],
  ["stacks/media/a.ts", "stacks/budget/index.ts"],
  ["stacks/media/a.ts", "lambdas/media/presign/a.ts"],
  ["stacks/constructs/a.ts", "stacks/media/index.ts"],
  ["stacks/support/a.ts", "stacks/constructs/a.ts"],
  ["local/a.ts", "stacks/app.ts"],
  ["local/services/s3/a.ts", "contracts/media/keys.ts"],
  ["plan/a.ts", "operations/operate.ts"],
  ["operations/a.ts", "stacks/app.ts"],
  ["web/shell/a.tsx", "contracts/media/limits.ts"],
  ["web/media/a.ts", "web/users/a.ts"],
  ["client/media.ts", "web/media/a.ts"],
  ["terraform-state-backend/a.ts", "stacks/support/naming.ts"],
  ["main.ts", "lambdas/media/presign/a.ts"],
  ["lambdas/support/a.ts", "tests/support/a.ts"],
  ["nowhere/a.ts", "contracts/artifacts.ts"],
];

const DOORS: readonly Edge[] = [
  ["lambdas/media/presign/dependencies.ts", "lambdas/aws/clients.ts"],
  ["lambdas/media/presign/handler.ts", "lambdas/media/presign/dependencies.ts"],
  ["lambdas/media/presign/a.ts", "lambdas/media/jobs/job-table.ts"],
  ["stacks/media/a.ts", "contracts/media/environment.ts"],
  ["local/services/lambda/a.ts", "contracts/artifacts.ts"],
  ["web/media/a.ts", "web/shell/tile.tsx"],
  ["web/media/a.ts", "client/media.ts"],
  ["tests/a.ts", "lambdas/media/presign/a.ts"],
];

describe("the walls of the house", () => {
  it("stop whoever has no door", () => {
    expect(findCrossings(CROSSINGS)).toEqual(CROSSINGS.map(([file, imported]) => `${file} <- ${imported}`));
  });

  it("have the doors that the house is built with", () => {
    expect(findCrossings(DOORS)).toEqual([]);
  });

  it("are crossed by no import of the project", () => {
    const edges = [...graph].flatMap(([file, imports]) => imports.map((imported): Edge => [file, imported]));

    expect(edges.length).toBeGreaterThan(1000);
    expect(findCrossings(edges)).toEqual([]);
  });

  it("name no room that nobody lives in", () => {
    const files = [...graph.keys()];

    expect(WALLS.filter(({ room }) => !files.some((file) => matchRoom(room, file))).map(({ room }) => room)).toEqual(
      [],
    );
  });
});
