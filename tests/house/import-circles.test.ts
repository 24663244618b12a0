import { describe, expect, it } from "vitest";
import { findCircles, listImports, readImportGraph } from "./import-graph.ts";

describe("imports", () => {
  it("go round in no circle: of two files, at most one knows the other", () => {
    const graph = readImportGraph();

    expect([...graph.values()].flat().length).toBeGreaterThan(1500);
    expect(findCircles(graph)).toEqual([]);
  });

  it.each([
    ["two files", { a: ["b"], b: ["a"], c: ["a"] }, [["a", "b"]]],
    ["a file and itself", { a: ["a"] }, [["a"]]],
    [
      "three files on the way to another circle",
      { a: ["b"], b: ["c"], c: ["a", "d"], d: ["e"], e: ["d"] },
      [
        ["a", "b", "c"],
        ["d", "e"],
      ],
    ],
    ["none where many lead to one", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, []],
  ])("that go round are found: %s", (_what, edges, circles) => {
    expect(findCircles(new Map(Object.entries(edges)))).toEqual(circles);
  });

  it("are read in every form in which they are written", () => {
    const text = `import a from "./a.ts";
import type { B } from "../b.ts";
import {
  c,
  type D,
} from "./c.ts";
export * from "./d.ts";
import "./e.ts";
const later = await import("./f.ts");
import * as z from "zod";
const text = "./g.ts";
`;

    expect(listImports("x/y.ts", text)).toEqual(["x/a.ts", "b.ts", "x/c.ts", "x/d.ts", "x/e.ts", "x/f.ts"]);
  });
});
