import { defineService } from "../../service.ts";
import { createDynamoDb } from "./dynamodb-service.ts";
import { awsDynamodbTable } from "./resources/aws-dynamodb-table.ts";

/** DynamoDB. */
export const dynamodb = defineService({
  name: "dynamodb",
  create: createDynamoDb,
  stateFiles: /^journal\.jsonl$/,
  resources: [awsDynamodbTable],
});
