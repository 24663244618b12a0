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

/**
 * An append-only file of JSON records, one per line. `append` returns once the operating system has the bytes, so that
 * what was acknowledged survives `kill -9` of this process. (Not a power cut: that would take an fsync per message.)
 */
export class Journal<Entry> {
  readonly #path: string;
  #file: number;
  #bytes: number;

  private constructor(path: string, file: number, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Reads what an earlier process wrote, hands it over and goes on with the file. Throws where it is damaged. */
  static open<Entry>(path: string, replay: (entry: Entry) => void): Journal<Entry> {
    const whole = existsSync(path) ? readWholeLines(path) : "";
    for (const line of whole.split("\n")) if (line !== "") replay(parseLine<Entry>(path, line));
    const file = openSync(path, "a");
    const bytes = Buffer.byteLength(whole);
    // A process killed in mid-write leaves a torn last line, which was never acknowledged.
    ftruncateSync(file, bytes);
    return new Journal<Entry>(path, file, bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All entries or, where the disk is full, none. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const data = toLines(entries);
    try {
      writeFully(this.#file, data);
    } catch (error) {
      ftruncateSync(this.#file, this.#bytes);
      throw error;
    }
    this.#bytes += data.length;
  }

  /** Puts these entries in the place of all others, in one step. */
  rewrite(entries: readonly Entry[]): void {
    const data = toLines(entries);
    writeFileSync(`${this.#path}.new`, data);
    renameSync(`${this.#path}.new`, this.#path);
    closeSync(this.#file);
    this.#file = openSync(this.#path, "a");
    this.#bytes = data.length;
  }

  close(): void {
    closeSync(this.#file);
  }
}

function toLines(entries: readonly unknown[]): Buffer {
  return Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

function writeFully(file: number, data: Buffer): void {
  for (let written = 0; written < data.length; ) written += writeSync(file, data, written);
}

function readWholeLines(path: string): string {
  const text = readFileSync(path, "utf8");
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function parseLine<Entry>(path: string, line: string): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (error) {
    throw new Error(`The queue's journal ${path} is damaged. "npm run reset" clears the laptop's state.`, {
      cause: error,
    });
  }
}
