import { SQSClient } from "@aws-sdk/client-sqs";
import { readCommandLine } from "../command-line/command-line.mjs";
import { moveDeadLetters } from "./redrive/move.ts";
import { describeQueues, findQueues, type WorkQueue } from "./redrive/queues.ts";
import type { Command } from "./support/command-line.ts";
import { getDeployment } from "./support/deployment.ts";
import { OperationError } from "./support/operation-error.ts";

/** What people expect of a redrive, and what it can do here: jobs that have ended absorb whatever comes after. */
const WHAT_IT_DOES = [
  "A dead letter that stands in a queue is one that settle has not ended yet: settle is down, failing or paused.",
  "Moved back, it is tried five more times, if its job is still PENDING or PROCESSING. A job that has ended, as",
  "WORKER_CRASHED too, never starts again: its message is acknowledged and nothing happens. Its owner uploads again.",
];

/**
 * Shows the queues of a deployment and moves dead letters back to where they came from, with SQS's own task. One call on
 * AWS and on a laptop alike. `--counts` only looks.
 */
export const redrive: Command = async (args, write, nameDeployment) => {
  const { values, names } = readCommandLine("redrive", args);
  const { prefix, region, stackName } = await getDeployment(values, write, nameDeployment);
  const sqs = new SQSClient({ region });
  try {
    const queues = await findQueues(sqs, prefix);
    const wanted = selectQueues(queues, prefix, names[0]);
    write(`${stackName}, ${region}`);
    for (const line of describeQueues(queues)) write(line);
    write("");
    const waiting = wanted.filter(({ deadLetters }) => deadLetters.visible > 0);
    for (const { name, deadLetters } of wanted.filter((queue) => queue.deadLetters.inFlight > 0))
      write(
        `${name}: ${deadLetters.inFlight} dead letters are with settle now; only those that show again can be moved.`,
      );
    if (values.counts || waiting.length === 0) {
      if (waiting.length === 0) write("There is no dead letter to move.");
      for (const line of WHAT_IT_DOES) write(line);
      return;
    }
    for (const queue of waiting) await moveDeadLetters(sqs, queue, write);
    write("");
    for (const line of [...describeQueues(await findQueues(sqs, prefix)), "", ...WHAT_IT_DOES.slice(1)]) write(line);
    write("What became of one: npm run job -- <jobId>");
  } finally {
    sqs.destroy();
  }
};

/** By its short name, its whole one, or that of its dead letters. */
function selectQueues(queues: readonly WorkQueue[], prefix: string, wanted: string | undefined): readonly WorkQueue[] {
  if (wanted === undefined) return queues;
  const found = queues.filter(({ name, deadLetters }) =>
    [name, name.slice(prefix.length + 1), deadLetters.name, deadLetters.name.slice(prefix.length + 1)].includes(wanted),
  );
  if (found.length > 0) return found;
  const known = queues.map(({ name }) => name.slice(prefix.length + 1)).join(", ");
  throw new OperationError(
    `There is no queue "${wanted}" with dead letters in this deployment; it has ${known || "none: is it deployed?"}.`,
  );
}
