import { expect, it } from "vitest";
import type { StackRuntime } from "../../../../local/runtime.ts";
import { awsDynamodbTable } from "../../../../local/services/dynamodb/resources/aws-dynamodb-table.ts";
import type { Services } from "../../../../local/services/index.ts";

const TABLE = {
  name: "darkroom-dev-media-jobs",
  billing_mode: "PAY_PER_REQUEST",
  hash_key: "jobId",
  attribute: [
    { name: "jobId", type: "S" },
    { name: "openStatus", type: "S" },
    { name: "abandonedAt", type: "N" },
  ],
  global_secondary_index: [
    { name: "abandoned", hash_key: "openStatus", range_key: "abandonedAt", projection_type: "KEYS_ONLY" },
  ],
  ttl: { attribute_name: "forgetAt", enabled: true },
  point_in_time_recovery: { enabled: true },
  server_side_encryption: { enabled: true },
  deletion_protection_enabled: true,
};
const problems = (config: object) => JSON.stringify(awsDynamodbTable.schema.safeParse(config).error?.issues ?? []);

it("aws_dynamodb_table becomes a table with its keys, index, time to live and protection", async () => {
  const made: unknown[] = [];
  const dynamodb = {
    putTable: async (...table: unknown[]) => {
      made.push(table);
      return { arn: "arn:table" };
    },
  };

  const started = await awsDynamodbTable.start(
    { address: "aws_dynamodb_table.jobs", config: awsDynamodbTable.schema.parse(TABLE) },
    { dynamodb } as unknown as StackRuntime & Services,
  );

  expect(started.attributes).toEqual({ id: TABLE.name, name: TABLE.name, arn: "arn:table" });
  expect(made).toEqual([
    [
      TABLE.name,
      {
        hashKey: "jobId",
        attributes: TABLE.attribute,
        globalSecondaryIndexes: [
          { name: "abandoned", hashKey: "openStatus", rangeKey: "abandonedAt", projectionType: "KEYS_ONLY" },
        ],
        ttlAttribute: "forgetAt",
        deletionProtection: true,
      },
    ],
  ]);
});

it.each([
  [{ billing_mode: "PROVISIONED" }, "billing_mode"],
  [{ stream_enabled: true }, "stream_enabled"],
  [{ local_secondary_index: [] }, "local_secondary_index"],
  [{ replica: [] }, "replica"],
  [{ hash_key: "id" }, "the key id has no attribute block"],
  [{ attribute: [...TABLE.attribute, { name: "extra", type: "S" }] }, "the attribute extra is no key"],
])("aws_dynamodb_table refuses by name what cannot be honoured: %o", (more, problem) => {
  expect(problems(TABLE)).toBe("[]");
  expect(problems({ ...TABLE, ...more })).toContain(problem);
});
