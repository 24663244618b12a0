import dynalite from "dynalite/db/index.js";
import { ACTIONS, act, getTable, toAwsError, validationError } from "./dynalite-actions.ts";

/** A write that is prepared: what to do with which item. */
export interface Write {
  readonly kind: "put" | "update" | "delete" | "check";
  readonly data: Dynalite.Data;
}

/** How one write of several ended. */
export type WriteResult = { readonly value: Dynalite.Data } | { readonly error: unknown };

/** dynalite gives a condition alone no action of its own. */
const checkItem: Dynalite.Action = (store, data, callback) => {
  store.getTable(String(data.TableName), false, (error, table) => {
    const invalid = table ? dynalite.validateKey(data.Key, table) : error;
    if (!table || invalid) return callback(invalid);
    store.getItemDb(table.TableName).get(dynalite.createKey(data.Key, table), (missing, item) => {
      callback(missing ?? dynalite.checkConditional(data, item), {});
    });
  });
};

const WRITERS = { put: ACTIONS.putItem, update: ACTIONS.updateItem, delete: ACTIONS.deleteItem, check: checkItem };

interface Locked {
  readonly write: Write;
  readonly lockName: string;
  readonly key: string;
  readonly table: Dynalite.Table;
}

/**
 * Does all writes or none, and each item together with its indexes: the items are locked, the actions run against a
 * store that only collects their changes, and one batch applies these. dynalite alone would write an item and
 * its index entries one by one, and a `kill -9` in between would leave them at odds.
 */
export async function writeAll(store: Dynalite.Store, writes: readonly Write[]): Promise<WriteResult[]> {
  const targets = await Promise.all(writes.map((write) => findTarget(store, write)));
  const releases: (() => void)[] = [];
  // In one order for all, so that two transactions can't wait for each other.
  const order = [...new Map(targets.map((target) => [target.lockName, target])).values()];
  order.sort((a, b) => (a.lockName < b.lockName ? -1 : 1));
  try {
    for (const { write, key } of order) releases.push(await lock(store.getItemDb(String(write.data.TableName)), key));
    const changes: Dynalite.Change[] = [];
    const results = await Promise.all(targets.map((target) => collect(store, target, changes)));
    if (results.every((result) => "value" in result)) await store.db.batch(changes);
    return results;
  } finally {
    for (const release of releases) release();
  }
}

/** The lock's name of the item that a write is about; twice the same is refused by who calls. */
export async function findTarget(store: Dynalite.Store, write: Write): Promise<Locked> {
  const name = String(write.data.TableName);
  const table = await getTable(store, name);
  const item = write.kind === "put" ? write.data.Item : write.data.Key;
  const invalid = write.kind === "put" ? dynalite.validateItem(item, table) : dynalite.validateKey(item, table);
  if (invalid) throw toAwsError(invalid);
  const key = dynalite.createKey(item, table);
  return { write, lockName: `${name} ${key}`, key, table };
}

function lock(items: Dynalite.SubStore, key: string): Promise<() => void> {
  return new Promise((resolve) => items.lock(key, (release) => resolve(release(() => {}))));
}

async function collect(
  store: Dynalite.Store,
  { write: { kind, data }, table }: Locked,
  changes: Dynalite.Change[],
): Promise<WriteResult> {
  try {
    const collecting = (fail: (error: unknown) => void) => collectingStore(store, table, changes, fail);
    return { value: await withGuard((fail) => act(collecting(fail), WRITERS[kind], data)) };
  } catch (error) {
    return { error };
  }
}

/** A store whose reads are real, whose locks are held already and whose writes go to the list. */
function collectingStore(
  store: Dynalite.Store,
  described: Dynalite.Table,
  changes: Dynalite.Change[],
  fail: (error: unknown) => void,
): Dynalite.Store {
  const over = (sub: Dynalite.SubStore, prefix: string): Dynalite.SubStore => ({
    ...sub,
    get: (key, callback) => sub.get(key, guarded(callback, fail)),
    put: (key, value, callback) => {
      changes.push({ type: "put", key: `${prefix}~${key}`, value });
      callback(null);
    },
    del: (key, callback) => {
      changes.push({ type: "del", key: `${prefix}~${key}` });
      callback(null);
    },
    lock: (_key, run) => run((next) => next),
  });
  return {
    ...store,
    getTable: (name, second, third) => {
      const callback = typeof second === "function" ? second : third;
      if (callback) store.getTable(name, typeof second === "function" ? true : second, guarded(callback, fail));
    },
    // The prefixes of dynalite's own sub-stores (db/index.js), since one batch must span several of them.
    getItemDb: (table) => {
      const items = over(store.getItemDb(table), `item-${table}`);
      const put: Dynalite.SubStore["put"] = (key, item, callback) => {
        const invalid = findEmptyIndexKey(item as Dynalite.Item, described);
        if (invalid) callback(invalid);
        else items.put(key, item, callback);
      };
      return { ...items, put };
    },
    getIndexDb: (kind, table, index) =>
      over(store.getIndexDb(kind, table, index), `index-${kind.toLowerCase()}~${table}~${index}`),
  };
}

/** dynalite looks for empty strings in a table's own key alone; DynamoDB keeps them out of the keys of indexes, too. */
function findEmptyIndexKey(item: Dynalite.Item, { GlobalSecondaryIndexes = [] }: Dynalite.Table): unknown {
  for (const { IndexName, KeySchema } of GlobalSecondaryIndexes) {
    const empty = KeySchema.find(({ AttributeName }) => item[AttributeName]?.S === "");
    if (!empty) continue;
    return validationError(
      `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${IndexName}, IndexKey: ${empty.AttributeName}`,
    );
  }
  return undefined;
}

/** dynalite calls back outside of any promise: what it throws there must end the request, not the process. */
function guarded<T>(callback: Dynalite.Callback<T>, fail: (error: unknown) => void): Dynalite.Callback<T> {
  return (error, value) => {
    try {
      callback(error, value);
    } catch (thrown) {
      fail(thrown);
    }
  };
}

function withGuard<T>(run: (fail: (error: unknown) => void) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    run(reject).then(resolve, reject);
  });
}
