import { addUp, addUpBeyondFree, type Charge, describeBill } from "../../operations/cost/charges.ts";
import type { Unit } from "../../operations/cost/prices.ts";
import { type PricedStack, readStack } from "../../operations/cost/stack.ts";
import { countIdleMonth, countWork } from "../../operations/media/cost/estimate.ts";
import type { MeasuredImage } from "../../operations/media/cost/job-work.ts";
import { compare } from "../images/cascade.ts";
import { naive } from "../images/naive.ts";
import { resize, resizeTo } from "../images/ours.ts";
import { phoneLandscape } from "../images/pictures.ts";
import { synthesizeBenchStack } from "../laptop/bench-laptop.ts";
import { type Bench, cpuMs, type GoalMeasured, interleave } from "../measure.ts";
import { prepareBuild } from "../prepared-build.ts";
import { withScratchFolder } from "../scratch.ts";

const GOAL = 14;
const UPLOADS = 10_000;
/** The goal is about the work: not what stays, nor what is billed by the month. */
const LEFT_OUT: readonly Unit[] = ["s3GbMonth", "tableGbMonth", "tableBackupGbMonth", "metric"];
const S3_REQUESTS: readonly Unit[] = ["s3Put", "s3Get"];
const NAIVE_FORMATS = ["jpeg", "webp", "avif"] as const;

/** Goal 14, its first half: the CPU of a 12 MP photo, measured, times what AWS asks for it and for all around it. */
export async function measureImageCost(): Promise<readonly GoalMeasured[]> {
  const stack = await readBenchStack();
  const source = await phoneLandscape();
  const spent = await interleave({
    four: () => cpuMs(() => resizeTo(source, "jpeg")),
    naiveFour: () => cpuMs(() => naive(source, ["jpeg"])),
    twelve: () => cpuMs(() => resize(source, { avif: true })),
    naiveTwelve: () => cpuMs(() => naive(source, NAIVE_FORMATS)),
  });
  const four = { ours: { cpuMs: spent.four, renditions: 4 }, peer: { cpuMs: spent.naiveFour, renditions: 4 } };
  const twelve = { ours: { cpuMs: spent.twelve, renditions: 12 }, peer: { cpuMs: spent.naiveTwelve, renditions: 12 } };
  return [compareCost(stack, "4 JPEG", four, 1.8), compareCost(stack, "12 outputs", twelve, 1.4)];
}

function compareCost(
  stack: PricedStack,
  outputs: string,
  jobs: Readonly<Record<"ours" | "peer", MeasuredImage>>,
  limit: number,
): GoalMeasured {
  const [ours, peer] = [countUploads(stack, jobs.ours), countUploads(stack, jobs.peer)];
  const floor = addUp(ours.filter(({ unit }) => S3_REQUESTS.includes(unit)));
  const figures = { ours: addUp(ours), peer: addUp(peer), floor };
  const note = `${describeBill(ours)}; peer: the same with naive sharp; floor: what S3's requests alone cost`;
  const line = { goal: GOAL, what: `AWS's bill for ${UPLOADS} × ${outputs}`, unit: "$", ...figures, note };
  return compare(line, figures.ours / floor, limit, "S3's requests");
}

function countUploads(stack: PricedStack, measured: MeasuredImage): Charge[] {
  const charges = countWork(stack, { images: UPLOADS, films: 0, views: 0 }, measured);
  return charges.filter(({ unit }) => !LEFT_OUT.includes(unit));
}

async function readBenchStack(): Promise<PricedStack> {
  const artifactsFolder = await prepareBuild();
  return withScratchFolder(async (folder) => readStack(synthesizeBenchStack(folder, artifactsFolder), "bench"));
}

/** Goal 14, its second half: what the synthesized stack costs while nobody uses it. */
export async function measureIdleCost(): Promise<readonly GoalMeasured[]> {
  const stack = await readBenchStack();
  const charges = countIdleMonth(stack);
  const ours = addUpBeyondFree(charges);
  const note =
    `at list price: ${describeBill(charges)}; ${stack.consumedQueues.length} queues that Lambda polls; ` +
    `$ ${addUp(charges).toFixed(2)} where something else uses the account's free allowances`;
  const line = { goal: GOAL, what: "AWS's bill for an idle month", unit: "$", ours, note };
  return [{ ...line, ratio: line.ours, expected: "< 0.30 $", met: line.ours < 0.3 }];
}

/** Goal 14 of performance.md. */
export const costBenches: Readonly<Record<number, readonly Bench[]>> = { [GOAL]: [measureImageCost, measureIdleCost] };
