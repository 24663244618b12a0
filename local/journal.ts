import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";

const COMPACT_ABOVE_BYTES = 1024 * 1024;

/**
 * An append-only file of JSON lines: the one place where anything becomes true. `append` returns once the operating system
 * has the bytes, so that `kill -9` loses nothing that was acknowledged. There is no fsync: what a power cut may take is the
 * last seconds, which costs a laptop less than 5–20 ms per write.
 */
export class Journal<Entry> {
  readonly #path: string;
  /** The entries that make up the present state. */
  readonly #snapshot: () => Iterable<Entry>;
  #descriptor: number;
  #bytes = 0;
  #compactAbove = 0;
  #closed = false;

  /** Opens the file, replays what stands in it, and writes it anew in its shortest form. Throws where it is damaged. */
  constructor(path: string, replay: (entry: Entry) => void, snapshot: () => Iterable<Entry>) {
    this.#path = path;
    this.#snapshot = snapshot;
    if (existsSync(path)) for (const entry of readEntries<Entry>(path)) replay(entry);
    this.#descriptor = this.#rewrite();
  }

  /**
   * A line for each, written with one call: durable when it returns. Throws where the disk is full, leaving the file as it
   * was, and after `close`.
   */
  append(entries: readonly Entry[]): void {
    // The number of a closed descriptor may be another file's by now.
    if (this.#closed) throw new Error(`${this.#path} is closed`);
    const data = toLines(entries);
    try {
      for (let written = 0; written < data.length; ) written += writeSync(this.#descriptor, data, written);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#bytes);
      throw error;
    }
    this.#bytes += data.length;
  }

  /** Rewrites the file when most of it is history. Call it when what was appended is part of the state. */
  compact(): void {
    if (this.#bytes < this.#compactAbove) return;
    closeSync(this.#descriptor);
    this.#descriptor = this.#rewrite();
  }

  close(): void {
    this.#closed = true;
    closeSync(this.#descriptor);
  }

  /** A new file beside the old, renamed over it: there is a whole journal at every moment. */
  #rewrite(): number {
    const data = toLines(this.#snapshot());
    writeFileSync(`${this.#path}.new`, data);
    renameSync(`${this.#path}.new`, this.#path);
    this.#bytes = data.length;
    // Four times what it is now: however large the state, rewriting costs a fraction of what was written since.
    this.#compactAbove = Math.max(COMPACT_ABOVE_BYTES, 4 * data.length);
    return openSync(this.#path, "a");
  }
}

function toLines(entries: Iterable<unknown>): Buffer {
  return Buffer.from(Array.from(entries, (entry) => `${JSON.stringify(entry)}\n`).join(""));
}

/** A last line that was cut short was never acknowledged, and is dropped; damage anywhere else is not guessed at. */
function readEntries<Entry>(path: string): Entry[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as Entry;
    } catch (cause) {
      throw new Error(`${path}, line ${index + 1} is damaged. Run "npm run reset" to start with empty state.`, {
        cause,
      });
    }
  });
}
