import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Item } from "./item.ts";

interface Schema extends DBSchema {
  items: { key: string; value: Item };
  /** What has not ended yet, so that it can go on after a reload. */
  files: { key: string; value: File };
}

/** What this browser remembers of the sheet. Nothing here throws: without a memory the page still works. */
export interface ItemStore {
  /** In the order they were added. */
  load(): Promise<Item[]>;
  save(item: Item): void;
  forget(id: string): void;
  keepFile(id: string, file: File): void;
  findFile(id: string): Promise<File | undefined>;
  dropFile(id: string): void;
}

/** IndexedDB copies a file's bytes: a film of gigabytes would be on the disk twice. */
const MOST_KEPT_BYTES = 200_000_000;

export function openItemStore(): ItemStore {
  const opening = openDB<Schema>("darkroom-media", 1, {
    upgrade(database) {
      database.createObjectStore("items", { keyPath: "id" });
      database.createObjectStore("files");
    },
  });
  /** Without a memory (a private window, a full disk) what would be remembered is not, and that is all. */
  const use = async <T>(action: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> => {
    try {
      return await action(await opening);
    } catch {
      return undefined;
    }
  };
  return {
    async load() {
      const items = (await use((database) => database.getAll("items"))) ?? [];
      return items.sort((a, b) => a.addedAt - b.addedAt);
    },
    save: (item) => void use((database) => database.put("items", item)),
    forget: (id) => void use((database) => Promise.all([database.delete("items", id), database.delete("files", id)])),
    keepFile(id, file) {
      if (file.size <= MOST_KEPT_BYTES) void use((database) => database.put("files", file, id));
    },
    findFile: (id) => use((database) => database.get("files", id)),
    dropFile: (id) => void use((database) => database.delete("files", id)),
  };
}
