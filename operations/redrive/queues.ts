import { GetQueueAttributesCommand, paginateListQueues, type SQSClient } from "@aws-sdk/client-sqs";
import { formatColumns } from "../support/table.ts";

/** Messages of a queue, as SQS counts them: approximately. */
interface Counts {
  readonly visible: number;
  /** Received by someone and not yet deleted. */
  readonly inFlight: number;
}

export interface DeadLetterQueue extends Counts {
  readonly name: string;
  readonly arn: string;
}

/** A queue whose messages become dead letters after too many tries. */
export interface WorkQueue extends Counts {
  /** `darkroom-dev-media-resize` */
  readonly name: string;
  readonly maxReceiveCount: number;
  readonly deadLetters: DeadLetterQueue;
}

interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number | string;
}

/** Every queue of the deployment that has a queue for its dead letters, by name. */
export async function findQueues(sqs: SQSClient, prefix: string): Promise<WorkQueue[]> {
  const urls: string[] = [];
  for await (const page of paginateListQueues({ client: sqs, pageSize: 100 }, { QueueNamePrefix: `${prefix}-` }))
    urls.push(...(page.QueueUrls ?? []));
  const queues = await Promise.all(urls.map((url) => readQueue(sqs, url)));
  const byArn = new Map(queues.map((queue) => [queue.arn, queue]));
  return queues
    .flatMap(({ policy, arn: _, ...queue }) => {
      const deadLetters = policy && byArn.get(policy.deadLetterTargetArn);
      return deadLetters ? [{ ...queue, maxReceiveCount: Number(policy.maxReceiveCount), deadLetters }] : [];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

async function readQueue(sqs: SQSClient, url: string) {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] });
  const { Attributes = {} } = await sqs.send(command);
  const { QueueArn: arn = "", RedrivePolicy: policy } = Attributes;
  return {
    name: arn.split(":").at(-1) ?? "",
    arn,
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    policy: policy === undefined ? undefined : (JSON.parse(policy) as RedrivePolicy),
  };
}

export function describeQueues(queues: readonly WorkQueue[]): string[] {
  return formatColumns(
    ["queue", "waiting", "in flight", "dead letters", "of them in flight"],
    queues.map(({ name, visible, inFlight, deadLetters }) => [
      name,
      visible,
      inFlight,
      deadLetters.visible + deadLetters.inFlight,
      deadLetters.inFlight,
    ]),
  );
}
