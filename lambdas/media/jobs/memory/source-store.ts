import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { SourceGoneError } from "../../errors.ts";
import type { ObjectVersion, SourceStore } from "../object-store.ts";
import { createTooLargeError } from "../source-limits.ts";

interface StoredVersion {
  readonly body: Buffer;
  readonly version: Required<ObjectVersion>;
}

/** A versioned uploads bucket in memory. */
export class MemorySourceStore implements SourceStore {
  private readonly versions = new Map<string, StoredVersion[]>();
  private count = 0;

  /** What an upload does: adds a version and says what its event would announce. */
  upload(key: string, body: Buffer): Required<ObjectVersion> & { readonly bytes: number } {
    const eTag = createHash("md5").update(body).digest("hex");
    const version = { key, eTag, versionId: `version-${++this.count}` };
    this.versions.set(key, [...(this.versions.get(key) ?? []), { body: Buffer.from(body), version }]);
    return { ...version, bytes: body.length };
  }

  /** Deletes one version, or all of the key. */
  remove(key: string, versionId?: string): void {
    const kept = (this.versions.get(key) ?? []).filter((stored) => versionId && stored.version.versionId !== versionId);
    this.versions.set(key, kept);
  }

  async read(version: ObjectVersion, maxBytes: number): Promise<Buffer> {
    const { body } = this.findVersion(version);
    if (body.length > maxBytes) throw createTooLargeError(maxBytes);
    return Buffer.from(body);
  }

  async download(version: ObjectVersion, path: string, maxBytes: number): Promise<void> {
    await writeFile(path, await this.read(version, maxBytes));
  }

  async exists(key: string): Promise<boolean> {
    return this.findCurrent(key) !== undefined;
  }

  private findVersion({ key, versionId, eTag }: ObjectVersion): StoredVersion {
    const stored = versionId
      ? this.versions.get(key)?.find((candidate) => candidate.version.versionId === versionId)
      : this.findCurrent(key);
    if (stored?.version.eTag === eTag) return stored;
    throw new SourceGoneError(`The announced version of ${key} is gone.`, {
      replaced: this.findCurrent(key) !== undefined,
    });
  }

  private findCurrent(key: string): StoredVersion | undefined {
    return this.versions.get(key)?.at(-1);
  }
}
