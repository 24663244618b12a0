import { SQSClient } from "@aws-sdk/client-sqs";

/** Apart from `clients.ts`, for workers alone. Hiding a message is worth two quick tries: without it, it comes back later. */
export function createSqsClient(): SQSClient {
  return new SQSClient({ maxAttempts: 2, requestHandler: { connectionTimeout: 500, socketTimeout: 1000 } });
}
