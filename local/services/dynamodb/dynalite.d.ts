/** The parts of dynalite 4.0.0 (which has no types) that the laptop runtime calls in process. */

declare namespace Dynalite {
  type AttributeValue = Record<string, unknown>;
  type Item = Record<string, AttributeValue>;
  type Callback<T> = (error: unknown, value?: T) => void;

  interface Index {
    IndexName: string;
    KeySchema: { AttributeName: string; KeyType: string }[];
    Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
    [member: string]: unknown;
  }
  interface Table {
    TableName: string;
    KeySchema: { AttributeName: string; KeyType: string }[];
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: Index[];
    [member: string]: unknown;
  }
  interface SubStore {
    get(key: string, callback: Callback<never>): void;
    put(key: string, value: unknown, callback: Callback<void>): void;
    del(key: string, callback: Callback<void>): void;
    createValueStream(options: object): AsyncIterable<Item>;
    /** Runs when the lock is held; what `release` returns gives it up and goes on. */
    lock(
      key: string,
      run: (release: <A extends unknown[]>(next: (...rest: A) => void) => (...rest: A) => void) => void,
    ): void;
  }
  type Change =
    | { readonly type: "put"; readonly key: string; readonly value: unknown }
    | { readonly type: "del"; readonly key: string };
  interface Database {
    batch(changes: readonly Change[], callback?: Callback<void>): Promise<void>;
    put(key: string, value: unknown, callback?: Callback<void>): Promise<void>;
    del(key: string, callback?: Callback<void>): Promise<void>;
    getSync(key: string): unknown;
    open(): Promise<void>;
    close(): Promise<void>;
  }
  interface Store {
    db: Database;
    tableDb: SubStore & { awsAccountId: string; awsRegion: string };
    getItemDb(table: string): SubStore;
    getIndexDb(kind: string, table: string, index: string): SubStore;
    deleteIndexDb(kind: string, table: string, index: string, callback: Callback<void>): void;
    getTable(name: string, checkStatus: boolean | Callback<Table>, callback?: Callback<Table>): void;
  }
  /** A request, checked and with its expressions parsed. */
  type Data = Record<string, unknown>;
  type Action = (store: Store, data: Data, callback: Callback<Data>) => void;
  interface Validation {
    readonly types: object;
    readonly custom?: (data: Data, store: Store) => unknown;
  }
  interface Refusal extends Error {
    statusCode: number;
    body: { __type: string; message?: string; Message?: string; Item?: Item };
  }
}

declare module "dynalite/db/index.js" {
  const db: {
    create(options: { createTableMs?: number; deleteTableMs?: number }): Dynalite.Store;
    checkConditional(data: Dynalite.Data, existing: Dynalite.Item | undefined): Dynalite.Refusal | null | undefined;
    validateKey(key: unknown, table: Dynalite.Table): Dynalite.Refusal | null | undefined;
    validateItem(item: unknown, table: Dynalite.Table): Dynalite.Refusal | null | undefined;
    createKey(item: unknown, table: Dynalite.Table): string;
    getIndexActions(
      indexes: readonly Dynalite.Index[],
      existing: Dynalite.Item | null,
      item: Dynalite.Item | null,
      table: Dynalite.Table,
    ): { puts: { index: string; key: string; item: Dynalite.Item }[] };
  };
  export default db;
}

declare module "dynalite/validations/index.js" {
  const validations: {
    checkTypes(data: Dynalite.Data, types: object): Dynalite.Data;
    checkValidations(data: Dynalite.Data, types: object, custom: unknown, store: Dynalite.Store): void;
  };
  export default validations;
}

declare module "dynalite/actions/*" {
  const action: Dynalite.Action;
  export default action;
}

declare module "dynalite/validations/*" {
  const validation: Dynalite.Validation;
  export default validation;
}
