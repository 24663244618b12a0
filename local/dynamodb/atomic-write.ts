import dynalite from "dynalite/db/index.js";
import { ACTIONS, act, getTable, toAwsError } from "./dynalite-actions.ts";

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
}

/**
 * Does all writes or none, and each item together with its indexes: the items are locked, the actions run against a
 * store that only collects their changes, and one LevelDB batch applies these. dynalite alone would write an item and
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
    const results = await Promise.all(writes.map(({ kind, data }) => collect(store, WRITERS[kind], data, changes)));
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
  return { write, lockName: `${name} ${key}`, key };
}

function lock(items: Dynalite.SubStore, key: string): Promise<() => void> {
  return new Promise((resolve) => items.lock(key, (release) => resolve(release(() => {}))));
}

async function collect(
  store: Dynalite.Store,
  action: Dynalite.Action,
  data: Dynalite.Data,
  changes: Dynalite.Change[],
): Promise<WriteResult> {
  try {
    return { value: await withGuard((fail) => act(collectingStore(store, changes, fail), action, data)) };
  } catch (error) {
    return { error };
  }
}

/** A store whose reads are real, whose locks are held already and whose writes go to the list. */
function collectingStore(
  store: Dynalite.Store,
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
    getItemDb: (table) => over(store.getItemDb(table), `item-${table}`),
    getIndexDb: (kind, table, index) =>
      over(store.getIndexDb(kind, table, index), `index-${kind.toLowerCase()}~${table}~${index}`),
  };
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
