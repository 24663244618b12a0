import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/** Which file imports which, types included; paths from the project's folder. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const IMPORT = /^(?:import|export)\s[^;"]*?from\s+"(\.[^"]+)"|^import "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
const OUTSIDE = /^(?:\.|node_modules$|dist$|cdktf\.out$|hcl\.out$)/;

/** The graph of every source file of the project, as it is written. */
export function readImportGraph(): ImportGraph {
  const folders = readdirSync(PROJECT_FOLDER, { withFileTypes: true }).filter(({ name }) => !OUTSIDE.test(name));
  const files = folders.flatMap((entry) => {
    if (!entry.isDirectory()) return entry.name;
    const inside = readdirSync(join(PROJECT_FOLDER, entry.name), { recursive: true, encoding: "utf8" });
    return inside.map((path) => `${entry.name}/${path.replaceAll("\\", "/")}`);
  });
  const texts = files.filter((path) => /\.(?:tsx?|mjs)$/.test(path) && existsSync(join(PROJECT_FOLDER, path)));
  return new Map(texts.map((path) => [path, listImports(path, readFileSync(join(PROJECT_FOLDER, path), "utf8"))]));
}

export function listImports(path: string, text: string): string[] {
  const named = [...text.matchAll(IMPORT)].map(([, from, plain, later]) => from ?? plain ?? later ?? "");
  return [...new Set(named.map((name) => join(dirname(path), name)))];
}

/** Sets of files that each reach all the others of their set. */
export function findCircles(graph: ImportGraph): string[][] {
  const reached = new Map([...graph.keys()].map((path) => [path, listReached(graph, path)] as const));
  const circles = new Map<string, string[]>();
  for (const [path, others] of reached) {
    if (!others.has(path)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(path)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function listReached(graph: ImportGraph, start: string): Set<string> {
  const found = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    open.push(...(graph.get(path) ?? []));
  }
  return found;
}
