import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import type { Clients, Credentials } from "./target.ts";

export interface Endpoint {
  readonly region: string;
  /** Instead of AWS's own: `http://127.0.0.1:4566` */
  readonly url?: string;
}

/** Makes clients of one endpoint, and ends them all at once. */
export class ClientFactory {
  readonly #endpoint: Endpoint;
  readonly #made: { destroy(): void }[] = [];

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Every call is tried once: a second try would put right what a probe does wrong on purpose, such as the clock. */
  connect(credentials: Credentials, clockOffsetMs = 0): Clients {
    const { region, url } = this.#endpoint;
    const shared = {
      region,
      credentials: { ...credentials },
      maxAttempts: 1,
      systemClockOffset: clockOffsetMs,
      ...(url !== undefined && { endpoint: url }),
    };
    const clients: Clients = {
      // As the signer of uploads: a checksum of a body that is not there yet would be signed into addresses.
      s3: new S3Client({ ...shared, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" }),
      sqs: new SQSClient(shared),
      dynamoDb: new DynamoDBClient(shared),
      sts: new STSClient(shared),
    };
    this.#made.push(...Object.values(clients));
    return clients;
  }

  destroy(): void {
    for (const client of this.#made) client.destroy();
  }
}
