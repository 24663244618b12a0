import { setTimeout as sleep } from "node:timers/promises";
import {
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { OperationError } from "../support/operation-error.ts";
import type { WorkQueue } from "./queues.ts";

const POLL_MS = 1000;

/**
 * Moves a queue's visible dead letters back to it and tells how far it is. SQS does the work: it goes on when this process
 * is stopped. Throws OperationError where the task fails or another one runs.
 */
export async function moveDeadLetters(
  sqs: SQSClient,
  { name, deadLetters }: WorkQueue,
  write: (line: string) => void,
): Promise<void> {
  const running = await findTask(sqs, deadLetters.arn);
  if (running?.Status === "RUNNING") write(`${name}: a task is moving dead letters already; watching it.`);
  else await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadLetters.arn }));

  let told = "";
  for (;;) {
    const task = await findTask(sqs, deadLetters.arn);
    const progress = describe(task);
    if (progress !== told) write(`${name}: ${progress}`);
    told = progress;
    if (task?.Status === "COMPLETED") return;
    if (task?.Status !== "RUNNING" && task?.Status !== "CANCELLING")
      throw new OperationError(
        `${name}: the move ended as ${task?.Status ?? "unknown"}${task?.FailureReason ? `, because of ${task.FailureReason}` : ""}. What was not moved still stands in ${deadLetters.name}; run the command again.`,
      );
    await sleep(POLL_MS);
  }
}

async function findTask(sqs: SQSClient, arn: string): Promise<ListMessageMoveTasksResultEntry | undefined> {
  const { Results = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 1 }));
  return Results[0];
}

function describe(task: ListMessageMoveTasksResultEntry | undefined): string {
  const moved = task?.ApproximateNumberOfMessagesMoved ?? 0;
  const all = task?.ApproximateNumberOfMessagesToMove;
  return `${moved}${all === undefined ? "" : ` of ${all}`} dead letters moved${task?.Status === "COMPLETED" ? ", done" : ""}`;
}
