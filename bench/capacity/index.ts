import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findFirstOfOurs, listCeilings } from "../../operations/capacity/ceilings.ts";
import { requireValue } from "../../operations/capacity/limits.ts";
import { parseWalkedStack } from "../../operations/capacity/stack.ts";
import { planWalk } from "../../operations/capacity/systems.ts";
import { planImageWork, QUEUE_SECONDS } from "../../operations/media/cost/job-work.ts";
import { synthesizeBenchStack } from "../laptop/bench-laptop.ts";
import { type Bench, type GoalMeasured, judgeAtLeast } from "../measure.ts";
import { prepareBuild } from "../prepared-build.ts";
import { withScratchFolder } from "../scratch.ts";
import { findBreak } from "./simulation.ts";

const GOAL = 17;
const UPLOADS = { uploads: 1, conversions: 0, views: 0 };
const EXPECTED = 10_000;

/** Goal 17: what the command says, every setting as far as it goes; and the index, which a simulation is held against. */
export async function measureCapacity(): Promise<readonly GoalMeasured[]> {
  const artifactsFolder = await prepareBuild();
  const stack = await withScratchFolder(async (folder) => {
    const path = join(synthesizeBenchStack(folder, artifactsFolder), "cdk.tf.json");
    return parseWalkedStack("darkroom-dev-media", "media", JSON.parse(readFileSync(path, "utf8")));
  });
  const ceilings = listCeilings(planWalk([stack]), UPLOADS);
  const ours = findFirstOfOurs(ceilings);
  const index = ceilings.find(({ limit }) => limit === "ddb.partition.write")?.holdsTimes ?? 0;
  const { memory_size: memoryMb = 0, environment } = stack.resources.aws_lambda_function.resize ?? {};
  const { seconds, renditions } = planImageWork({ memoryMb, variables: environment?.variables ?? {} });
  const hashValue = requireValue("ddb.partition.write", stack.region);
  const simulated = await findBreak({ hashValue }, { seconds, renditions, queueSeconds: QUEUE_SECONDS }, index * 0.7);
  const line = { goal: GOAL, unit: "uploads/s" };
  return [
    judgeAtLeast(
      {
        ...line,
        what: "before the first ceiling of ours, settings at their most",
        ours: ours?.holdsTimes ?? 0,
        note: `${ours?.place}: ${ours?.limit}, moved by ${ours?.movedBy}`,
      },
      EXPECTED,
    ),
    judgeAtLeast(
      {
        ...line,
        what: "that the index of waiting jobs takes, simulated",
        ours: simulated.rate,
        peer: index,
        note: "peer: as npm run capacity counts it",
      },
      EXPECTED,
    ),
  ];
}

/** Goal 17 of docs/performance.md. */
export const capacityBenches: Readonly<Record<number, readonly Bench[]>> = { [GOAL]: [measureCapacity] };
