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
 * An append-only file of JSON lines: the one place where anything becomes true. A line is written with one synchronous
 * call, so a change is atomic, ordered, and in the kernel's hands before it is acknowledged: `kill -9` loses nothing.
 * There is no fsync: what a power cut may take is the last seconds, which costs a laptop less than 5–20 ms per write.
 */
export class Journal<Entry> {
  #descriptor: number;
  #bytes = 0;
  #lines = 0;
  #closed = false;

  /** Opens the file, replays what stands in it, and writes it anew in its shortest form. */
  constructor(
    private readonly path: string,
    replay: (entry: Entry) => void,
    /** The entries that make up the present state. */
    private readonly snapshot: () => Iterable<Entry>,
  ) {
    if (existsSync(path)) for (const entry of readEntries<Entry>(path)) replay(entry);
    this.#descriptor = this.rewrite();
  }

  /** Durable when it returns. Throws where the disk is full, leaving the file as it was, and after `close`. */
  append(entry: Entry): void {
    // The number of a closed descriptor may be another file's by now.
    if (this.#closed) throw new Error(`${this.path} is closed`);
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      let written = 0;
      while (written < line.length) written += writeSync(this.#descriptor, line, written);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#bytes);
      throw error;
    }
    this.#bytes += line.length;
    this.#lines += 1;
  }

  /** Rewrites the file when it has grown far beyond `liveEntries`. Call it after an entry's effect is in the state. */
  compactAbove(liveEntries: number): void {
    if (this.#lines < 20_000 + 4 * liveEntries) return;
    closeSync(this.#descriptor);
    this.#descriptor = this.rewrite();
  }

  close(): void {
    this.#closed = true;
    closeSync(this.#descriptor);
  }

  /** A new file beside the old, renamed over it: there is a whole journal at every moment. */
  private rewrite(): number {
    const lines = Array.from(this.snapshot(), (entry) => `${JSON.stringify(entry)}\n`);
    const text = Buffer.from(lines.join(""));
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
    this.#bytes = text.length;
    this.#lines = lines.length;
    return openSync(this.path, "a");
  }
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
