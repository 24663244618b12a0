import { randomUUID } from "node:crypto";
import dynalite from "dynalite/db/index.js";
import { getTable } from "./dynalite-actions.ts";
import type { TableSettings } from "./seam.ts";

type IndexSettings = TableSettings["globalSecondaryIndexes"][number];

/**
 * Makes the table as the stack declares it. An existing one keeps its items; indexes are added, filled, rebuilt or
 * dropped as Terraform would. Another key would mean another table: refused by name.
 */
export async function applyTableSettings(
  store: Dynalite.Store,
  name: string,
  arn: string,
  settings: TableSettings,
): Promise<void> {
  const existing = await getTable(store, name).catch(() => undefined);
  const wanted = describe(name, arn, settings);
  if (!existing) return put(store, name, wanted);
  const [have, want] = [keyText(existing), keyText(wanted)];
  if (have !== want)
    throw new Error(
      `Table ${name} holds items under the key ${have}, but the stack declares ${want}. AWS would replace the table and lose them; "npm run reset" clears the laptop's state.`,
    );
  const { changed, dropped } = compareIndexes(existing, wanted);
  for (const index of dropped) await dropIndex(store, name, index.IndexName);
  await fillIndexes(store, wanted, changed);
  const { TableId, CreationDateTime } = existing;
  await put(store, name, { ...wanted, TableId, CreationDateTime });
}

function describe(name: string, arn: string, settings: TableSettings): Dynalite.Table {
  const throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 };
  const indexes = settings.globalSecondaryIndexes.map((index) => ({
    ...describeIndex(index),
    IndexArn: `${arn}/index/${index.name}`,
    IndexStatus: "ACTIVE",
    IndexSizeBytes: 0,
    ItemCount: 0,
    ProvisionedThroughput: throughput,
  }));
  return {
    TableName: name,
    TableArn: arn,
    TableId: randomUUID(),
    TableStatus: "ACTIVE",
    CreationDateTime: Date.now() / 1000,
    ItemCount: 0,
    TableSizeBytes: 0,
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    ProvisionedThroughput: throughput,
    KeySchema: keySchema(settings),
    AttributeDefinitions: settings.attributes.map(({ name: AttributeName, type }) => ({
      AttributeName,
      AttributeType: type,
    })),
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  };
}

function describeIndex({ name, projectionType, nonKeyAttributes, ...keys }: IndexSettings): Dynalite.Index {
  return {
    IndexName: name,
    KeySchema: keySchema(keys),
    Projection: {
      ProjectionType: projectionType,
      ...(nonKeyAttributes && { NonKeyAttributes: [...nonKeyAttributes] }),
    },
  };
}

function keySchema({ hashKey, rangeKey }: { readonly hashKey: string; readonly rangeKey?: string }) {
  const hash = { AttributeName: hashKey, KeyType: "HASH" };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" }];
}

/** `jobId (S), version (N)` */
function keyText(table: Dynalite.Table): string {
  const typeOf = (name: string) => table.AttributeDefinitions.find((definition) => definition.AttributeName === name);
  return table.KeySchema.map((key) => `${key.AttributeName} (${typeOf(key.AttributeName)?.AttributeType})`).join(", ");
}

function compareIndexes(existing: Dynalite.Table, wanted: Dynalite.Table) {
  const shape = ({ IndexName, KeySchema, Projection }: Dynalite.Index) =>
    JSON.stringify([IndexName, KeySchema, Projection]);
  const [have, want] = [existing.GlobalSecondaryIndexes ?? [], wanted.GlobalSecondaryIndexes ?? []];
  const changed = want.filter((index) => !have.some((other) => shape(other) === shape(index)));
  const dropped = have.filter((index) => !want.some((other) => shape(other) === shape(index)));
  return { changed, dropped };
}

function dropIndex(store: Dynalite.Store, table: string, index: string): Promise<void> {
  return new Promise((resolve, reject) => {
    store.deleteIndexDb("Global", table, index, (error) => (error ? reject(error) : resolve()));
  });
}

/** What DynamoDB calls backfilling: each item that has the index's keys gets its entry. */
async function fillIndexes(
  store: Dynalite.Store,
  table: Dynalite.Table,
  indexes: readonly Dynalite.Index[],
): Promise<void> {
  if (indexes.length === 0) return;
  for await (const item of store.getItemDb(table.TableName).createValueStream({})) {
    const { puts } = dynalite.getIndexActions(indexes, null, item, table);
    for (const entry of puts)
      await new Promise<void>((resolve, reject) => {
        const entries = store.getIndexDb("Global", table.TableName, entry.index);
        entries.put(entry.key, entry.item, (error) => (error ? reject(error) : resolve()));
      });
  }
}

function put(store: Dynalite.Store, name: string, table: Dynalite.Table): Promise<void> {
  return new Promise((resolve, reject) => {
    store.tableDb.put(name, table, (error) => (error ? reject(error) : resolve()));
  });
}
