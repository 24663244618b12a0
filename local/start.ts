import { LOCAL_RESOURCES } from "./model/resources/index.ts";
import { AwsError } from "./protocol/aws-json/aws-error.ts";
import { type Laptop, type LaptopOptions, runStack, type Services, type ServicesContext } from "./run-stack.ts";
import type { AwsService } from "./service.ts";
import { createDynamoDb } from "./services/dynamodb/dynamodb-service.ts";
import { createLambda } from "./services/lambda/lambda-service.ts";
import { createLogs } from "./services/logs/logs-service.ts";
import { createS3 } from "./services/s3/s3-service.ts";
import type { DeliverToQueue } from "./services/s3/seam.ts";
import type { SqsService } from "./services/sqs/seam.ts";
import { createSqs } from "./services/sqs/sqs-service.ts";
import { createSts } from "./services/sts/sts-service.ts";

export type { Laptop, LaptopOptions } from "./run-stack.ts";

/** Starts the laptop runtime on one synthesized stack. Throws Refusal for what a person can put right. */
export function startLaptop(options: LaptopOptions): Promise<Laptop> {
  return runStack(options, { types: LOCAL_RESOURCES, createServices });
}

/** The services, joined: S3 hands its events to SQS, Lambda polls SQS. */
async function createServices(context: ServicesContext): Promise<Services> {
  const started: AwsService[] = [];
  try {
    return await joinServices(context, (service) => {
      started.push(service);
      return service;
    });
  } catch (error) {
    // One that finds its state damaged must not leave the others at work.
    for (const service of started.toReversed()) await service.stop();
    throw error;
  }
}

async function joinServices(
  { endpointUrl, artifacts, artifactsFolder, contextFor }: ServicesContext,
  keep: <S extends AwsService>(service: S) => S,
): Promise<Services> {
  const sqs = keep(await createSqs({ ...contextFor("sqs"), endpointUrl }));
  const context = contextFor("s3");
  const s3 = keep(await createS3({ ...context, deliver: createDelivery(sqs, context.accountId) }));
  const dynamodb = keep(await createDynamoDb(contextFor("dynamodb")));
  const lambda = keep(await createLambda({ ...contextFor("lambda"), endpointUrl, artifacts, artifactsFolder, sqs }));
  const sts = createSts(contextFor("sts"));
  // The service's folder is the one that the log writer fills.
  const logs = createLogs(contextFor("logs"));
  return { s3, sqs, dynamodb, lambda, logs, all: [lambda, s3, sqs, dynamodb, sts, logs] };
}

/** S3 sends as itself on behalf of the bucket, so that the queue's own policy decides (threats.md P2). */
function createDelivery(sqs: SqsService, sourceAccount: string): DeliverToQueue {
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
