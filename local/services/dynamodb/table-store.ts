import { existsSync } from "node:fs";
import { join } from "node:path";
import dynalite from "dynalite/db/index.js";
import { damagedState } from "../../state/damaged-state.ts";
import { Journal } from "../../state/journal.ts";

/** What one write changes, all or nothing: a line of the journal. */
type Changes = readonly Dynalite.Change[];

/**
 * dynalite's tables in memory, and every change in a journal before it takes effect. dynalite could keep them in LevelDB
 * itself, which takes damaged files for empty ones, and after a full disk writes on where it cannot read any more.
 */
export async function openTableStore(
  directory: string,
  say: (message: string) => void,
): Promise<{ readonly store: Dynalite.Store; close(): Promise<void> }> {
  const old = join(directory, "leveldb");
  if (existsSync(old))
    throw damagedState(old, "holds the tables of an earlier version of this runtime, which this one cannot read");
  const store = dynalite.create({ deleteTableMs: 0 });
  const { db } = store;
  await db.open();
  const journal = keepJournal(db, join(directory, "journal.jsonl"), say);
  return { store, close: () => db.close().finally(() => journal.close()) };
}

/** Fills the database from the journal, and leads all its writes through it. */
function keepJournal(db: Dynalite.Database, path: string, say: (message: string) => void): Journal<Changes> {
  const keys = new Set<string>();
  const write = db.batch;
  // In memory a batch is done when the call returns, so that what follows it sees it.
  const apply = (changes: Changes): Promise<void> => {
    for (const { type, key } of changes) keys[type === "put" ? "add" : "delete"](key);
    return write(changes);
  };
  const journal = new Journal<Changes>({
    path,
    replay: (changes) => void apply(changes),
    *snapshot() {
      for (const key of keys) yield [{ type: "put", key, value: db.getSync(key) }];
    },
    say,
  });
  const commit = async (changes: Changes): Promise<void> => {
    journal.append([changes]);
    const done = apply(changes);
    journal.compact();
    await done;
  };
  db.batch = (changes, callback) => answer(commit(changes), callback);
  db.put = (key, value, callback) => answer(commit([{ type: "put", key, value }]), callback);
  db.del = (key, callback) => answer(commit([{ type: "del", key }]), callback);
  return journal;
}

/** dynalite's own code waits by callback. */
function answer(work: Promise<void>, callback: Dynalite.Callback<void> | undefined): Promise<void> {
  if (!callback) return work;
  return work.then(
    () => void setImmediate(callback, null),
    (error: unknown) => void setImmediate(callback, error),
  );
}
