import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readStateFile, writeStateFile } from "./state/state-file.ts";

const offsets = z.record(z.string(), z.int().min(1));

/** What is given out beside the endpoint: APIs and distributions. */
export interface PortPlan {
  readonly endpoint: number;
  /** `<stack>/<address>` */
  portFor(place: string): number;
}

/**
 * One base port for the endpoint, the next ones for APIs and distributions in the order of their first start. The
 * choice is remembered in the state folder, so that a page's address stays good when a stack grows, another one is added,
 * or is left out for once. Base port 0 takes any free ones, for tests.
 */
export function createPortPlan(stateFolder: string, basePort: number): PortPlan {
  const path = join(stateFolder, "ports.json");
  const known = existsSync(path) ? readStateFile(path, offsets) : {};
  return {
    endpoint: basePort,
    portFor(place) {
      if (basePort === 0) return 0;
      const existing = known[place];
      if (existing !== undefined) return basePort + existing;
      const offset = 1 + Math.max(0, ...Object.values(known));
      known[place] = offset;
      writeStateFile(path, known);
      return basePort + offset;
    },
  };
}
