import { describe, expect, it } from "vitest";
import { findBreak, type Place, type SimulatedLimits } from "../../../bench/capacity/simulation.ts";
import { listCeilings } from "../../../operations/capacity/ceilings.ts";
import type { LimitId } from "../../../operations/capacity/limits.ts";
import { requireValue } from "../../../operations/capacity/limits.ts";
import { planImageWork, QUEUE_SECONDS } from "../../../operations/media/cost/job-work.ts";
import { environments } from "../../support/environments.ts";
import { findCeiling, UPLOADS, walkMedia } from "./walked.ts";

const REGION = "eu-central-1";
const prod = walkMedia(environments.prod);
const { memory_size: memoryMb = 0, environment } = prod.stacks[0]?.stack.resources.aws_lambda_function.resize ?? {};
const work = planImageWork({ memoryMb, variables: environment?.variables ?? {} });
const job = { seconds: work.seconds, queueSeconds: QUEUE_SECONDS, renditions: work.renditions };

/** Where the command finds it, and what stands there in prod. */
const PLACES: readonly (readonly [Place, string, LimitId, number])[] = [
  ["stage", "media: aws_apigatewayv2_stage.api", "apigw.stage.rate", 500],
  ["places", "media: aws_lambda_event_source_mapping.resize", "esm.maximumConcurrency", 50],
  ["puts", "media: aws_s3_bucket.renditions", "s3.write", requireValue("s3.write", REGION)],
  ["presign", "media: aws_lambda_function.presign", "lambda.rps", 50 * requireValue("lambda.rps", REGION)],
  [
    "table",
    "media: aws_dynamodb_table.jobs",
    "ddb.ondemand.start.write",
    requireValue("ddb.ondemand.start.write", REGION),
  ],
  [
    "hashValue",
    "media: aws_dynamodb_table.jobs/abandoned",
    "ddb.partition.write",
    requireValue("ddb.partition.write", REGION),
  ],
];

/** A fifth of every limit, and of the uploads: the same, in a fifth of the time. `npm run bench -- 17` takes it whole. */
const SHARE = 5;

describe("uploads that are driven through simulated services at growing rates", () => {
  it.each(PLACES)("break %s within a fifth of what the command says", async (place, address, limit, value) => {
    const predicted = (findCeiling(prod, address, limit).holdsTimes ?? 0) / SHARE;

    const broken = await findBreak({ [place]: value / SHARE }, job, predicted * 0.7);

    expect(broken.place).toBe(place);
    expect(broken.rate / predicted).toBeGreaterThan(0.8);
    expect(broken.rate / predicted).toBeLessThan(1.2);
  });

  it("break first what the command marks as the first, with every limit at once", async () => {
    const limits: SimulatedLimits = Object.fromEntries(PLACES.map(([place, , , value]) => [place, value]));
    const [first] = listCeilings(prod, UPLOADS);

    const { place } = await findBreak(limits, job, 70);

    expect(PLACES.find(([it]) => it === place)?.[1]).toBe(first?.place);
  });
});
