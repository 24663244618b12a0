/**
 * A DynamoDB table as a value: what its keys and indexes are called and hold. The stack makes it, the adapter writes and reads
 * it, operations look into it, all by this one description.
 */
export interface TableDefinition {
  readonly hashKey: TableKey;
  readonly rangeKey?: TableKey;
  /** Where a row says when it may be forgotten, in epoch seconds. @default rows are kept */
  readonly ttlAttribute?: string;
  readonly indexes: Readonly<Record<string, IndexDefinition>>;
}

export interface TableKey {
  readonly name: string;
  /** DynamoDB's types of keys: text, number, bytes. */
  readonly type: "S" | "N" | "B";
}

/** A global secondary index. Rows without its keys are not in it. */
export interface IndexDefinition {
  readonly hashKey: TableKey;
  readonly rangeKey?: TableKey;
  /** What a row of it holds beside the keys: nothing, everything, or these attributes. */
  readonly projection: "KEYS_ONLY" | "ALL" | readonly string[];
}

/** Keeps the names of the indexes, so that a grant or a query of one that is not there does not compile. */
export function defineTable<const Table extends TableDefinition>(table: Table): Table {
  return table;
}

/** Every key of a table and its indexes, each once. */
export function listKeys({ hashKey, rangeKey, indexes }: TableDefinition): readonly TableKey[] {
  const keys = [hashKey, rangeKey, ...Object.values(indexes).flatMap((index) => [index.hashKey, index.rangeKey])];
  return [...new Map(keys.flatMap((key) => (key ? [[key.name, key] as const] : []))).values()];
}
