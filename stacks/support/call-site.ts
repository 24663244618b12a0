import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout: paths are written relative to it, so that synthesis yields the same bytes in every folder. */
const PROJECT_FOLDER = join(import.meta.dirname, "../..");

/** Deeper than any path of constructs; the engine keeps ten frames otherwise, and half of those are cdktf's. */
const FRAMES = 60;

/**
 * Where the caller's resource was asked for, nearest to the system first: the line of a stack that an engineer would
 * edit, then the line of the construct that made it. `["stacks/media/buckets.ts:20", "stacks/constructs/cdn.ts:88"]`
 */
export function findCallSite(): readonly string[] {
  const sites = captureFrames()
    .map(readSite)
    .filter((site) => site !== undefined && !site.startsWith("stacks/support/"));
  const [made] = sites;
  const asked = sites.find((site) => !site?.startsWith("stacks/constructs/"));
  return [...new Set([asked, made])].filter((site) => site !== undefined);
}

function captureFrames(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = "" } = new Error("where");
  Error.stackTraceLimit = limit;
  return stack.split("\n").slice(1);
}

/** `at PrivateBucket.createBucket (file:///…/stacks/constructs/private-bucket.ts:177:12)` → path and line. */
function readSite(frame: string): string | undefined {
  const [, location = "", line] = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()]+?):(\d+):\d+\)?$/.exec(frame) ?? [];
  if (line === undefined) return undefined;
  const path = location.startsWith("file:") ? fileURLToPath(location) : location;
  const inProject = relative(PROJECT_FOLDER, path).split(sep).join("/");
  return inProject.startsWith("stacks/") ? `${inProject}:${line}` : undefined;
}
