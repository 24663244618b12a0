import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readStateFile, writeStateFile } from "./state/state-file.ts";

const offsets = z.record(z.string(), z.int().min(1));

/** What is given out beside the endpoint: APIs and distributions. */
export interface PortPlan {
  readonly endpoint: number;
  portFor(address: string): number;
}

/**
 * One base port for the endpoint, the next ones for APIs and distributions in the order of their first start. The
 * choice is remembered in the state folder, so that a page's address stays good when the stack grows. Base port 0 takes
 * any free ones, for tests; `fixed` names single ones.
 */
export function createPortPlan(
  stateFolder: string,
  basePort: number,
  fixed: Readonly<Record<string, number>> = {},
): PortPlan {
  const path = join(stateFolder, "ports.json");
  const known = existsSync(path) ? readStateFile(path, offsets) : {};
  return {
    endpoint: basePort,
    portFor(address) {
      const own = fixed[address];
      if (own !== undefined || basePort === 0) return own ?? 0;
      const existing = known[address];
      if (existing !== undefined) return basePort + existing;
      const offset = 1 + Math.max(0, ...Object.values(known));
      known[address] = offset;
      writeStateFile(path, known);
      return basePort + offset;
    },
  };
}
