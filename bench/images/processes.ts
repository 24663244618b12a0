import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bundleScript, childCpuMs } from "../child.ts";
import { type Candidate, type GoalResult, interleave } from "../measure.ts";
import { compare } from "./cascade.ts";
import { WIDTHS } from "./ours.ts";
import { findPeer, type Peer } from "./peers.ts";
import { phoneLandscape } from "./pictures.ts";

interface Tool extends Peer {
  readonly label: string;
  readonly limit: number;
  readonly arguments: (source: string, width: number, output: string) => readonly string[];
}

/** One command for each file, as each tool's own guide shows it. */
const TOOLS: readonly Tool[] = [
  {
    label: "vipsthumbnail × 4",
    limit: 0.5,
    commands: ["vipsthumbnail"],
    version: { argument: "--version", says: /^vips[ -]?\d/ },
    arguments: (source, width, output) => [source, "--size", `${width}x`, "-o", `${output}[Q=80,strip]`],
  },
  {
    label: "ImageMagick × 4",
    limit: 0.17,
    commands: ["magick", "convert"],
    version: { argument: "-version", says: /^Version: ImageMagick/ },
    arguments: magickArguments,
  },
  {
    // Not among performance.md's goals; a bound of our own.
    label: "GraphicsMagick × 4",
    limit: 0.25,
    commands: ["gm"],
    version: { argument: "version", says: /^GraphicsMagick/ },
    arguments: (...picture) => ["convert", ...magickArguments(...picture)],
  },
];

function magickArguments(source: string, width: number, output: string): string[] {
  return [source, "-auto-orient", "-strip", "-resize", `${width}x`, "-quality", "80", output];
}

/** One thread each: a waiting thread's spinning is no work. */
const ONE_THREAD = { OMP_NUM_THREADS: "1", MAGICK_THREAD_LIMIT: "1", VIPS_CONCURRENCY: "1" };

/** Goal 4: whole processes, Node's start included, files in and files out. */
export async function measureProcesses(): Promise<GoalResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-bench-"));
  try {
    const source = join(folder, "source.jpg");
    await writeFile(source, await phoneLandscape());
    return await measureIn(folder, source);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureIn(folder: string, source: string): Promise<GoalResult[]> {
  const script = await bundleScript(new URL("./children/resize-file.ts", import.meta.url));
  const found = TOOLS.map((tool) => ({ tool, peer: findPeer(tool) }));
  const candidates: Record<string, Candidate> = {
    ours: () => childCpuMs(process.execPath, [script, source, folder], { MALLOC_ARENA_MAX: "2" }),
  };
  for (const { tool, peer } of found) {
    if ("path" in peer) candidates[tool.label] = () => runTool(tool, peer.path, source, folder);
  }
  const figures = await interleave(candidates);
  return found.map(({ tool, peer: found }): GoalResult => {
    const line = { goal: 4, what: `whole process, 4 JPEG, against ${tool.label}` };
    if ("skipped" in found) return { ...line, ...found };
    const { ours = Number.NaN, [tool.label]: peer = Number.NaN } = figures;
    return compare({ ...line, unit: "ms CPU", ours, peer }, ours / peer, tool.limit, tool.label);
  });
}

async function runTool(tool: Tool, command: string, source: string, folder: string): Promise<number> {
  let total = 0;
  for (const width of WIDTHS) {
    const output = join(folder, `${basename(command)}-${width}.jpg`);
    total += await childCpuMs(command, tool.arguments(source, width, output), ONE_THREAD);
  }
  return total;
}
