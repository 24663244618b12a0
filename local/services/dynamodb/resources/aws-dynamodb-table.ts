import * as z from "zod";
import { block, blocks, tags } from "../../../model/resources/blocks.ts";
import { defineResource } from "../../../model/resources/resource.ts";
import type { StackRuntime } from "../../../runtime.ts";
import type { DynamoDbService } from "../seam.ts";

const index = z
  .strictObject({
    name: z.string().min(3),
    hash_key: z.string(),
    range_key: z.string().optional(),
    projection_type: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
    non_key_attributes: z.array(z.string()).optional(),
  })
  .refine(({ projection_type: type, non_key_attributes: names }) => (type === "INCLUDE") === (names !== undefined), {
    message: "non_key_attributes belongs to the projection INCLUDE, and only to it",
  });

const schema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/, "must be 3 to 255 letters, digits, dots, hyphens or underscores"),
    // Capacity is neither bought nor limited here.
    billing_mode: z.literal("PAY_PER_REQUEST"),
    hash_key: z.string(),
    range_key: z.string().optional(),
    attribute: blocks(z.strictObject({ name: z.string(), type: z.enum(["S", "N", "B"]) })),
    global_secondary_index: blocks(index),
    ttl: block(z.strictObject({ attribute_name: z.string(), enabled: z.boolean().default(true) })).optional(),
    deletion_protection_enabled: z.boolean().default(false),
    // Backups and encryption at rest are AWS's; a laptop's state is one folder of its owner's.
    point_in_time_recovery: block(z.strictObject({ enabled: z.boolean() })).optional(),
    server_side_encryption: block(
      z.strictObject({ enabled: z.boolean(), kms_key_arn: z.string().optional() }),
    ).optional(),
    tags,
  })
  .superRefine((table, context) => {
    for (const name of findKeyProblems(table)) context.addIssue({ code: "custom", path: ["attribute"], message: name });
  });

type Keys = { readonly hash_key: string; readonly range_key?: string | undefined };

/** AWS wants every key described, and nothing but keys. */
function findKeyProblems(
  table: Keys & { readonly attribute: readonly { name: string }[]; readonly global_secondary_index: readonly Keys[] },
): string[] {
  const keys = [table, ...table.global_secondary_index].flatMap(({ hash_key, range_key }) =>
    [hash_key, range_key ?? []].flat(),
  );
  const described = table.attribute.map(({ name }) => name);
  return [
    ...keys.filter((key) => !described.includes(key)).map((key) => `the key ${key} has no attribute block`),
    ...described
      .filter((name) => !keys.includes(name))
      .map((name) => `the attribute ${name} is no key: DynamoDB refuses it`),
  ];
}

/** Items of an earlier run are still in it. */
export const awsDynamodbTable = defineResource<StackRuntime & { dynamodb: DynamoDbService }, z.infer<typeof schema>>({
  type: "aws_dynamodb_table",
  uniqueBy: "name",
  schema,
  exports: ["arn", "id", "name"],
  async start({ config }, { dynamodb }) {
    const { arn } = await dynamodb.putTable(config.name, {
      ...keysOf(config),
      attributes: config.attribute,
      globalSecondaryIndexes: config.global_secondary_index.map((entry) => ({
        name: entry.name,
        ...keysOf(entry),
        projectionType: entry.projection_type,
        ...(entry.non_key_attributes && { nonKeyAttributes: entry.non_key_attributes }),
      })),
      ...(config.ttl?.enabled && { ttlAttribute: config.ttl.attribute_name }),
      deletionProtection: config.deletion_protection_enabled,
    });
    return { attributes: { id: config.name, name: config.name, arn } };
  },
});

function keysOf({ hash_key: hashKey, range_key: rangeKey }: Keys) {
  return { hashKey, ...(rangeKey !== undefined && { rangeKey }) };
}
