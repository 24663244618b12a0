import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { Queue } from "./queue.ts";

/** Opaque to clients: which queue, which message, which of its receives. */
export function makeReceiptHandle(queue: Queue, id: string, receipt: string): string {
  return Buffer.from(`${queue.name} ${id} ${receipt}`).toString("base64");
}

/** Throws AwsError for text that is no handle of this queue. */
export function parseReceiptHandle(queue: Queue, handle: unknown): { readonly id: string; readonly receipt: string } {
  if (typeof handle !== "string" || handle === "")
    throw new AwsError("MissingRequiredParameterException", "The request must contain the parameter ReceiptHandle.", {
      queryCode: "MissingParameter",
    });
  const [name, id, receipt, ...rest] = Buffer.from(handle, "base64").toString("utf8").split(" ");
  if (name === queue.name && id && receipt && rest.length === 0) return { id, receipt };
  throw new AwsError("ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`, {
    status: 404,
    namespace: "com.amazonaws.sqs",
  });
}
