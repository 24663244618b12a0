import type { Context, EventBridgeEvent, SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { SettleDependencies } from "./dependencies.ts";
import { expireAbandoned, type SweepSummary } from "./expire-abandoned.ts";
import { giveUpDeadLetters } from "./give-up.ts";

export type SettleEvent = SQSEvent | EventBridgeEvent<"Scheduled Event", unknown>;
export type SettleHandler = (event: SettleEvent, context: Context) => Promise<SQSBatchResponse | SweepSummary>;

/** A sweep begins no further job with less than this left: one takes two calls, and the SDK may try each again. */
const SWEEP_MARGIN_MS = 5000;

/** Two events end here: dead letters from either queue, and the schedule. Any other is an error of the deployment. */
export function createSettleHandler(dependencies: SettleDependencies): SettleHandler {
  return async (event, context) => {
    const log = dependencies.log.with({ requestId: context.awsRequestId });
    if ("Records" in event) return giveUpDeadLetters({ ...dependencies, log }, event);
    if (event["detail-type"] === "Scheduled Event") {
      return expireAbandoned({ ...dependencies, log }, () => context.getRemainingTimeInMillis() > SWEEP_MARGIN_MS);
    }
    throw new Error("settle takes dead letters from SQS and EventBridge's scheduled events; this event is neither.");
  };
}
