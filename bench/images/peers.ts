import { spawnSync } from "node:child_process";
import { findTool } from "../child.ts";

/** A program that ours is measured beside. */
export interface Peer {
  /** Its names on PATH, the first that is it wins. */
  readonly commands: readonly string[];
  /** What it says of itself: other programs have these names too, a disk's `convert`, a wrapper that refuses. */
  readonly version: { readonly argument: string; readonly says: RegExp };
}

const ASK_MS = 10_000;

/** The program's path, or why there is none to measure. */
export function findPeer({ commands, version }: Peer): { readonly path: string } | { readonly skipped: string } {
  const present = commands.flatMap((name) => findTool(name) ?? []);
  const path = present.find((candidate) => {
    const { stdout } = spawnSync(candidate, [version.argument], { encoding: "utf8", timeout: ASK_MS });
    return version.says.test(stdout ?? "");
  });
  if (path !== undefined) return { path };
  const [standIn] = present;
  return {
    skipped:
      standIn === undefined
        ? `${commands.join(" or ")} is not on PATH`
        : `${standIn} is another program of that name: \`${version.argument}\` does not say ${version.says.source}`,
  };
}
