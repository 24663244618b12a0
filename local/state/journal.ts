import { closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync } from "node:fs";
import { isDiskFull } from "./disk-full.ts";
import { formatHead, formatLines, HEAD_BYTES, readJournal } from "./journal-format.ts";
import { writeFully } from "./replace-file.ts";

const COMPACT_ABOVE_BYTES = 1024 * 1024;
/** How long after a write its file is brought onto the disk. */
const SYNC_MS = 500;

export interface JournalOptions<Entry> {
  readonly path: string;
  /** Takes each entry of the file, in order, when it is opened. */
  readonly replay: (entry: Entry) => void;
  /** The entries that make up the present state. */
  readonly snapshot: () => Iterable<Entry>;
  /** Hears, in words, what went wrong and was put right. @default nobody */
  readonly say?: (message: string) => void;
}

/** An open file and what is known of it. */
interface JournalFile {
  readonly descriptor: number;
  bytes: number;
  chain: number;
  /** Bytes of a write that failed may stand behind the end. */
  hasTornEnd: boolean;
  /** While it is brought onto the disk, another thread holds the descriptor. */
  isSyncing: boolean;
  isReplaced: boolean;
}

/**
 * An append-only file of JSON lines: the one place where anything becomes true. `append` returns once the operating system
 * has the bytes, so that `kill -9` loses nothing that was acknowledged. They are on the disk within a second: what a power
 * cut may take is that second, which costs a laptop less than 5–20 ms per write.
 */
export class Journal<Entry> {
  readonly #options: JournalOptions<Entry>;
  #file: JournalFile;
  #compactAbove = COMPACT_ABOVE_BYTES;
  #sync: NodeJS.Timeout | undefined;
  #closed = false;

  /** Opens the file and replays what stands in it. Throws Refusal where it is damaged, and leaves it as it is. */
  constructor(options: JournalOptions<Entry>) {
    this.#options = options;
    this.#file = existsSync(options.path) ? this.#open() : this.#rewrite();
    this.compact();
  }

  /**
   * A line for each, written with one call: durable when it returns. Throws where the disk is full, leaving the file as it
   * was, and after `close`.
   */
  append(entries: readonly Entry[]): void {
    // The number of a closed descriptor may be another file's by now.
    if (this.#closed) throw new Error(`${this.#options.path} is closed`);
    if (entries.length === 0) return;
    const file = this.#file;
    if (file.hasTornEnd) cutTornEnd(file);
    const { lines, chain } = formatLines(entries, file.chain);
    try {
      writeFully(file.descriptor, lines, file.bytes);
    } catch (error) {
      file.hasTornEnd = true;
      attempt(() => cutTornEnd(file));
      throw error;
    }
    file.bytes += lines.length;
    file.chain = chain;
    this.#syncSoon();
  }

  /**
   * Rewrites the file when most of it is history. Call it when what was appended is part of the state. Never throws: what
   * was appended is true, and a journal that cannot be made shorter now goes on as it is.
   */
  compact(): void {
    if (this.#file.bytes < this.#compactAbove) return;
    const old = this.#file;
    try {
      this.#file = this.#rewrite();
    } catch (error) {
      this.#compactAbove = old.bytes + COMPACT_ABOVE_BYTES;
      const reason = isDiskFull(error) ? "the disk is full" : String(error);
      this.#say(`could not be made shorter (${reason}); it goes on as it is`);
      return;
    }
    closeWhenIdle(old);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#sync);
    const file = this.#file;
    const isDown = attempt(() => {
      fsyncSync(file.descriptor);
      writeFully(file.descriptor, formatHead(file.bytes), 0);
    });
    if (!isDown) this.#say("could not be brought onto the disk");
    closeWhenIdle(file);
  }

  #open(): JournalFile {
    const { path, replay } = this.#options;
    const { bytes, chain, tornBytes } = readJournal(path, (entry) => replay(entry as Entry));
    const file = fileOf(openSync(path, "r+"), bytes, chain);
    if (tornBytes === 0) return file;
    this.#say(
      `ended in ${tornBytes} bytes of a write that was cut off when the runtime was killed; they were dropped: nobody was told that it was done`,
    );
    file.hasTornEnd = true;
    cutTornEnd(file);
    return file;
  }

  /** A new file beside the old, renamed over it when it is on the disk: there is a whole journal at every moment. */
  #rewrite(): JournalFile {
    const { path, snapshot } = this.#options;
    const { lines, chain } = formatLines(snapshot(), 0);
    const bytes = HEAD_BYTES + lines.length;
    const draft = `${path}.new`;
    const descriptor = openSync(draft, "w+", 0o600);
    try {
      writeFully(descriptor, Buffer.concat([formatHead(bytes), lines]), 0);
      fsyncSync(descriptor);
      renameSync(draft, path);
    } catch (error) {
      closeSync(descriptor);
      rmSync(draft, { force: true });
      throw error;
    }
    // Four times what it is now: however large the state, rewriting costs a fraction of what was written since.
    this.#compactAbove = Math.max(COMPACT_ABOVE_BYTES, 4 * bytes);
    return fileOf(descriptor, bytes, chain);
  }

  #syncSoon(): void {
    this.#sync ??= setTimeout(() => {
      this.#sync = undefined;
      this.#bringDown(this.#file);
    }, SYNC_MS).unref();
  }

  /** The head tells of no byte that is not on the disk, or a power cut would look like a file that somebody cut. */
  #bringDown(file: JournalFile): void {
    if (file.isSyncing) {
      this.#syncSoon();
      return;
    }
    const { bytes } = file;
    file.isSyncing = true;
    fdatasync(file.descriptor, (error) => {
      file.isSyncing = false;
      if (file.isReplaced) closeSync(file.descriptor);
      else if (error || !attempt(() => writeFully(file.descriptor, formatHead(bytes), 0))) this.#syncSoon();
    });
  }

  #say(what: string): void {
    this.#options.say?.(`${this.#options.path} ${what}`);
  }
}

function fileOf(descriptor: number, bytes: number, chain: number): JournalFile {
  return { descriptor, bytes, chain, hasTornEnd: false, isSyncing: false, isReplaced: false };
}

function cutTornEnd(file: JournalFile): void {
  ftruncateSync(file.descriptor, file.bytes);
  file.hasTornEnd = false;
}

/** A descriptor that another thread still works on must not become another file's. */
function closeWhenIdle(file: JournalFile): void {
  file.isReplaced = true;
  if (!file.isSyncing) closeSync(file.descriptor);
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
