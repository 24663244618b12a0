import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { SqsService } from "../sqs/seam.ts";
import type { DeliverToQueue } from "./seam.ts";

/** S3 sends as itself on behalf of the bucket, so that the queue's own policy decides (threats.md P2). */
export function createDelivery(sqs: Pick<SqsService, "send">, sourceAccount: string): DeliverToQueue {
  return async (queueArn, sourceArn, body) => {
    const principal = { type: "service", service: "s3.amazonaws.com", sourceArn, sourceAccount } as const;
    try {
      await sqs.send(principal, queueArn, body);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  };
}

/** What the queue itself says no to; anything else is a fault, and S3 tries again. */
function isRefusal(error: unknown): boolean {
  return error instanceof AwsError && ["AccessDeniedException", "QueueDoesNotExist"].includes(error.code);
}
