import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SourceGoneError } from "../../../../lambdas/media/errors.ts";
import type { ObjectVersion, RenditionStore, SourceStore } from "../../../../lambdas/media/jobs/object-store.ts";

/** A source store, and what only an uploader or an owner may do to its bucket. */
export interface SourceBucket {
  readonly store: SourceStore;
  upload(key: string, body: Buffer): Promise<ObjectVersion>;
  /** Deletes that version for good; without one, the key as a person would (a delete marker, where there are versions). */
  remove(key: string, versionId?: string): Promise<void>;
}

export interface RenditionBucket {
  readonly store: RenditionStore;
  find(key: string): Promise<{ body: Buffer; contentType: string; cacheControl: string } | undefined>;
}

const MB = 1_000_000;

function useFolder(): () => string {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "darkroom-stores-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

/** What every source store promises; run on each adapter. */
export function describeSourceStore(name: string, connect: () => SourceBucket): void {
  describe(`a source store ${name}`, () => {
    const folder = useFolder();
    const makeKey = () => `image/${randomUUID()}`;

    /** Both ways of reading keep the same promises. */
    async function readBoth(store: SourceStore, version: ObjectVersion, maxBytes: number): Promise<Buffer[]> {
      const path = join(folder(), randomUUID());
      await store.download(version, path, maxBytes);
      return [await store.read(version, maxBytes), await readFile(path)];
    }

    async function refuseBoth(store: SourceStore, version: ObjectVersion, maxBytes = MB): Promise<unknown[]> {
      const path = join(folder(), randomUUID());
      const attempts = [store.read(version, maxBytes), store.download(version, path, maxBytes)];
      return (await Promise.allSettled(attempts)).map((attempt) => {
        if (attempt.status === "fulfilled") throw new Error("Expected a refusal.");
        return attempt.reason;
      });
    }

    it("reads an object byte by byte, into memory and into a file", async () => {
      const { store, upload } = connect();
      const body = randomBytes(300_000);
      const version = await upload(makeKey(), body);

      for (const read of await readBoth(store, version, 300_000)) expect(read.equals(body)).toBe(true);
    });

    it("E5: goes on reading the announced version after another was put over it", async () => {
      const { store, upload } = connect();
      const key = makeKey();
      const old = await upload(key, Buffer.from("the old one"));
      const newer = await upload(key, Buffer.from("the newer one"));

      expect((await readBoth(store, old, MB)).map(String)).toEqual(["the old one", "the old one"]);
      expect((await readBoth(store, newer, MB)).map(String)).toEqual(["the newer one", "the newer one"]);
    });

    it("E5: reads by the entity tag where the event names no version, and never another object", async () => {
      const { store, upload } = connect();
      const key = makeKey();
      const { versionId: _, ...old } = await upload(key, Buffer.from("the old one"));
      const before = await readBoth(store, old, MB);
      await upload(key, Buffer.from("the newer one"));

      const refusals = await refuseBoth(store, old);

      expect(before.map(String)).toEqual(["the old one", "the old one"]);
      for (const refusal of refusals) {
        expect(refusal).toBeInstanceOf(SourceGoneError);
        expect(refusal).toMatchObject({ replaced: true });
      }
    });

    it("E5: says that a deleted version was replaced where a newer one stands, and that it is gone where none does", async () => {
      const { store, upload, remove } = connect();
      const [replacedKey, goneKey] = [makeKey(), makeKey()];
      const replaced = await upload(replacedKey, Buffer.from("old"));
      await upload(replacedKey, Buffer.from("new"));
      await remove(replacedKey, replaced.versionId);
      const gone = await upload(goneKey, Buffer.from("only"));
      await remove(goneKey, gone.versionId);

      for (const refusal of await refuseBoth(store, replaced)) expect(refusal).toMatchObject({ replaced: true });
      for (const refusal of await refuseBoth(store, gone)) {
        expect(refusal).toBeInstanceOf(SourceGoneError);
        expect(refusal).toMatchObject({ replaced: false });
      }
    });

    it("U1: takes an object of exactly the limit, and refuses one byte more", async () => {
      const { store, upload } = connect();
      const version = await upload(makeKey(), randomBytes(1000));

      expect(await readBoth(store, version, 1000)).toHaveLength(2);
      for (const refusal of await refuseBoth(store, version, 999)) {
        expect(refusal).toMatchObject({ code: "FILE_TOO_LARGE" });
      }
    });

    it("U6: knows whether an object stands at a key", async () => {
      const { store, upload, remove } = connect();
      const [present, removed] = [makeKey(), makeKey()];
      await upload(present, Buffer.from("abc"));
      await upload(removed, Buffer.from("abc"));
      await remove(removed);

      expect(await store.exists(present)).toBe(true);
      expect(await store.exists(removed)).toBe(false);
      expect(await store.exists(makeKey())).toBe(false);
    });
  });
}

/** What every rendition store promises; run on each adapter. */
export function describeRenditionStore(name: string, connect: () => RenditionBucket): void {
  describe(`a rendition store ${name}`, () => {
    const folder = useFolder();
    const makeKey = () => `v1/${randomUUID()}/w640.webp`;

    async function makeFile(body: Buffer): Promise<string> {
      const path = join(folder(), randomUUID());
      await writeFile(path, body);
      return path;
    }

    it("keeps what is put, with its type, for browsers to keep for ever", async () => {
      const { store, find } = connect();
      const key = makeKey();
      const body = randomBytes(200_000);

      await store.put(key, body, "image/webp");

      const found = await find(key);
      expect(found?.body.equals(body)).toBe(true);
      expect(found).toMatchObject({
        contentType: "image/webp",
        cacheControl: "public, max-age=31536000, immutable",
      });
    });

    it("keeps a file the same way, and tells its length", async () => {
      const { store, find } = connect();
      const key = makeKey();
      const body = randomBytes(3_000_001);

      const bytes = await store.putFile(key, await makeFile(body), "video/mp4");

      const found = await find(key);
      expect(bytes).toBe(3_000_001);
      expect(found?.body.equals(body)).toBe(true);
      expect(found).toMatchObject({ contentType: "video/mp4", cacheControl: "public, max-age=31536000, immutable" });
    });

    it("E3: may be written again with the same bytes", async () => {
      const { store, find } = connect();
      const key = makeKey();
      const body = randomBytes(1000);

      await store.put(key, body, "image/webp");
      await store.putFile(key, await makeFile(body), "image/webp");

      expect((await find(key))?.body.equals(body)).toBe(true);
    });

    it("fails for a file that is not there, and writes nothing", async () => {
      const { store, find } = connect();
      const key = makeKey();

      await expect(store.putFile(key, join(folder(), "none"), "video/mp4")).rejects.toThrow("ENOENT");

      expect(await find(key)).toBeUndefined();
    });
  });
}
