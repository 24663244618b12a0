import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { damagedState } from "../../state/damaged-state.ts";

/** A file of content: all of an object, or one part of it. */
export interface Segment {
  readonly file: string;
  readonly bytes: number;
}

/** Large reads: fewer turns of the event loop per megabyte. */
const READ_BYTES = 512 * 1024;

/**
 * The files that hold objects' bytes. A name is a hash of the key and a random tail: a key never reaches the file
 * system, whatever stands in it, and no file is ever written twice. A file counts once the journal names it.
 */
export class Blobs {
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(private readonly directory: string) {}

  /** Whether there is a file of content, in use or not. */
  exist(): boolean {
    return (
      existsSync(this.directory) &&
      readdirSync(this.directory, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile())
    );
  }

  /**
   * Holds the files against those in use (and their lengths). Throws Refusal, before anything is removed, where one is
   * missing or has another length; then removes every file that is not in use: what a kill left half-written.
   */
  async open(used: ReadonlyMap<string, number>): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    for (const [file, bytes] of used) requireFile(join(this.directory, file), bytes);
    for (const folder of await readdir(this.directory)) {
      for (const name of await readdir(join(this.directory, folder))) {
        if (!used.has(`${folder}/${name}`)) await unlink(join(this.directory, folder, name));
      }
    }
  }

  async create(key: string): Promise<BlobWriter> {
    const name = createHash("sha256").update(key).digest("hex");
    const file = `${name.slice(0, 2)}/${name}-${randomBytes(8).toString("hex")}`;
    await mkdir(join(this.directory, name.slice(0, 2)), { recursive: true });
    return new BlobWriter(file, await open(join(this.directory, file), "wx"), () => this.remove([{ file, bytes: 0 }]));
  }

  /** The bytes from `start` to before `end` of the segments laid end to end. They stay readable until the end of it. */
  async *read(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Buffer> {
    for (const { file } of segments) this.#pins.set(file, (this.#pins.get(file) ?? 0) + 1);
    try {
      let offset = 0;
      for (const { file, bytes } of segments) {
        const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, bytes)];
        offset += bytes;
        if (from >= to) continue;
        yield* createReadStream(join(this.directory, file), { start: from, end: to - 1, highWaterMark: READ_BYTES });
      }
    } finally {
      this.unpin(segments);
    }
  }

  /** Files that are being read go when their last reader is done. */
  remove(segments: readonly Segment[]): void {
    for (const { file } of segments) {
      if (this.#pins.has(file)) this.#doomed.add(file);
      // What cannot be removed now is not in the journal, so the next start removes it.
      else unlink(join(this.directory, file)).catch(() => undefined);
    }
  }

  private unpin(segments: readonly Segment[]): void {
    for (const segment of segments) {
      const readers = (this.#pins.get(segment.file) ?? 1) - 1;
      if (readers > 0) {
        this.#pins.set(segment.file, readers);
        continue;
      }
      this.#pins.delete(segment.file);
      if (this.#doomed.delete(segment.file)) this.remove([segment]);
    }
  }
}

/** One file being written. */
class BlobWriter {
  #bytes = 0;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly remove: () => void,
  ) {}

  /** Resolves when the chunk *before* is written, so that hashing this one and writing that one overlap. */
  async write(chunk: Buffer): Promise<void> {
    await this.#pending;
    this.#bytes += chunk.length;
    this.#pending = writeFully(this.handle, chunk);
    // Its failure is thrown by the next write or by finish; it must not count as unhandled until then.
    this.#pending.catch(() => undefined);
  }

  async finish(): Promise<Segment> {
    await this.#pending;
    await this.handle.close();
    return { file: this.file, bytes: this.#bytes };
  }

  async discard(): Promise<void> {
    await this.#pending.catch(() => undefined);
    await this.handle.close().catch(() => undefined);
    this.remove();
  }
}

function requireFile(path: string, bytes: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw damagedState(path, "is missing: an object's content is in it");
  if (found.size !== bytes)
    throw damagedState(path, `has ${found.size} bytes, but the object whose content is in it has ${bytes}`);
}

async function writeFully(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await handle.write(chunk, written)).bytesWritten;
  }
}
