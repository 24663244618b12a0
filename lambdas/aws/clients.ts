import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * Region, credentials and endpoint come from the environment, as Lambda sets them. A call that hangs must not eat the
 * function's time: no reply is worth waiting for longer than this, and the SDK tries three times.
 */
export function createDynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient({ requestHandler: { connectionTimeout: 1000, socketTimeout: 3000 } });
}
