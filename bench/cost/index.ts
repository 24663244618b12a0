import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { naive } from "../images/naive.ts";
import { resize, resizeTo } from "../images/ours.ts";
import { phoneLandscape } from "../images/pictures.ts";
import { synthesizeBenchStack } from "../laptop/bench-laptop.ts";
import { type Bench, cpuMs, type GoalMeasured, interleave, judgeAtMost } from "../measure.ts";
import { prepareBuild } from "../prepared-build.ts";
import { withScratchFolder } from "../scratch.ts";
import { addUp, countIdleMonth, countImageUpload, describeBill, type ImageJob } from "./bill.ts";
import { FREE_QUEUE_REQUESTS_A_MONTH, PRICES } from "./prices.ts";

const GOAL = 14;
const UPLOADS = 10_000;
const NAIVE_FORMATS = ["jpeg", "webp", "avif"] as const;

/** Goal 14, its first half: the CPU of a 12 MP photo, measured, times what AWS asks for it and for all around it. */
export async function measureImageCost(): Promise<readonly GoalMeasured[]> {
  const source = await phoneLandscape();
  const spent = await interleave({
    four: () => cpuMs(() => resizeTo(source, "jpeg")),
    naiveFour: () => cpuMs(() => naive(source, ["jpeg"])),
    twelve: () => cpuMs(() => resize(source, { avif: true })),
    naiveTwelve: () => cpuMs(() => naive(source, NAIVE_FORMATS)),
  });
  const four = { ours: { cpuMs: spent.four, renditions: 4 }, peer: { cpuMs: spent.naiveFour, renditions: 4 } };
  const twelve = { ours: { cpuMs: spent.twelve, renditions: 12 }, peer: { cpuMs: spent.naiveTwelve, renditions: 12 } };
  return [compareCost("4 JPEG", four, 0.4), compareCost("12 outputs", twelve, 0.9)];
}

function compareCost(outputs: string, jobs: Readonly<Record<"ours" | "peer", ImageJob>>, limit: number): GoalMeasured {
  const [ours, peer] = [countImageUpload(jobs.ours), countImageUpload(jobs.peer)];
  const figures = { ours: UPLOADS * addUp(ours), peer: UPLOADS * addUp(peer) };
  const note = `${describeBill(ours, UPLOADS)}; peer: the same with naive sharp`;
  return judgeAtMost(
    { goal: GOAL, what: `AWS's bill for ${UPLOADS} × ${outputs}`, unit: "$", ...figures, note },
    limit,
  );
}

/** As far as a bill depends on it; names of Terraform types as they are. */
const stackShape = z.object({
  resource: z.object({
    aws_lambda_event_source_mapping: z.record(z.string(), z.unknown()),
    aws_cloudwatch_event_rule: z.record(z.string(), z.object({ schedule_expression: z.string() })),
  }),
});

/** Goal 14, its second half: what the synthesized stack costs while nobody uses it. */
export async function measureIdleCost(): Promise<readonly GoalMeasured[]> {
  const artifactsFolder = await prepareBuild();
  const text = await withScratchFolder((folder) =>
    readFile(join(synthesizeBenchStack(folder, artifactsFolder), "cdk.tf.json"), "utf8"),
  );
  const { resource } = stackShape.parse(JSON.parse(text));
  const [rule] = Object.values(resource.aws_cloudwatch_event_rule);
  const everyMinutes = Number(/^rate\((\d+) minutes?\)$/.exec(rule?.schedule_expression ?? "")?.[1]);
  const consumedQueues = Object.keys(resource.aws_lambda_event_source_mapping).length;
  const usage = countIdleMonth({ consumedQueues, everyMinutes });
  const billed = { ...usage, queueRequest: Math.max(0, usage.queueRequest - FREE_QUEUE_REQUESTS_A_MONTH) };
  const note =
    `${describeBill(billed)}; ${consumedQueues} queues that Lambda polls; ` +
    `$ ${addUp(usage).toFixed(2)} where something else uses SQS's free million ($ ${(FREE_QUEUE_REQUESTS_A_MONTH * PRICES.queueRequest).toFixed(2)})`;
  const line = { goal: GOAL, what: "AWS's bill for an idle month", unit: "$", ours: addUp(billed), note };
  return [{ ...line, ratio: line.ours, expected: "< 1 $", met: line.ours < 1 }];
}

/** Goal 14 of performance.md. */
export const costBenches: Readonly<Record<number, readonly Bench[]>> = { [GOAL]: [measureImageCost, measureIdleCost] };
