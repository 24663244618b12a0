import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createLanes } from "../shell/lanes.ts";
import { type Course, FORGOTTEN, runCourse, type Server } from "./course.ts";
import { advance, type Item, type ItemEvent, isEnded, jobIdOf } from "./item.ts";
import type { ItemStore } from "./item-store.ts";
import { createItem, isWaitingFor } from "./new-item.ts";
import type { SendFile } from "./send-file.ts";
import { estimateSecondsLeft, type Mark, markOf, type Summary, summarize } from "./summary.ts";

/** More at once only share the same line. */
const UPLOADS_AT_ONCE = 3;
/** A store that does not answer (another tab holds an older version of it) must not keep the page waiting. */
const MOST_RESTORE_MS = 2_000;

/** One frame of the sheet: its item, and the file while this page has it. */
export interface Frame {
  readonly id: string;
  readonly item: Signal<Item>;
  readonly file: Signal<File | undefined>;
}

export interface SheetMeans {
  readonly store: ItemStore;
  getServer(): Promise<Server>;
  readonly sendFile: SendFile;
}

/** The contact sheet: its frames, what is true of all of them, and what can be done. */
export class Sheet {
  readonly #frames = signal<readonly Frame[]>([]);
  readonly #isPaused = signal(false);
  readonly #isRestored = signal(false);
  readonly #secondsLeft = signal<number | undefined>(undefined);
  readonly #lanes = createLanes(UPLOADS_AT_ONCE);
  readonly #running = new Map<string, AbortController>();
  readonly #restoring: Promise<void>;
  #start: Mark | undefined;

  readonly frames: ReadonlySignal<readonly Frame[]> = this.#frames;
  readonly isPaused: ReadonlySignal<boolean> = this.#isPaused;
  /** False until what this browser remembers has been read. */
  readonly isRestored: ReadonlySignal<boolean> = this.#isRestored;
  readonly items = computed(() => this.#frames.value.map(({ item }) => item.value));
  readonly summary: ReadonlySignal<Summary> = computed(() =>
    summarize(this.items.value, { secondsLeft: this.#secondsLeft.value, isPaused: this.#isPaused.value }),
  );
  /** Bytes move, or are about to: leaving now would cost them. */
  readonly isSending: ReadonlySignal<boolean> = computed(() =>
    this.items.value.some(({ state }) => state.name === "sending" || state.name === "waiting"),
  );

  constructor(private readonly means: SheetMeans) {
    this.#restoring = this.#restore();
  }

  /** The frames of these files, new ones at the end; a file that had to be sent once more goes on in its own. */
  async add(files: readonly File[], convertTo: string): Promise<readonly Frame[]> {
    await this.#restoring;
    const known = this.#frames.peek();
    const entries = files.map((file) => findWaiting(known, file) ?? createFrame(createItem(file, convertTo), file));
    batch(() => {
      for (const [index, { file }] of entries.entries()) file.value = files[index];
      this.#frames.value = [...known, ...entries.filter((frame) => !known.includes(frame))];
    });
    for (const frame of entries) {
      this.#apply(frame, { type: "retried" });
      this.#keep(frame);
      this.#run(frame);
    }
    return entries;
  }

  /** Takes frames away and stops what is under way; what is returned puts them back. */
  remove(ids: readonly string[]): () => void {
    const gone = this.#frames.peek().filter(({ id }) => ids.includes(id));
    for (const { id } of gone) {
      this.#running.get(id)?.abort(new DOMException("The file was taken away.", "AbortError"));
      this.means.store.forget(id);
    }
    this.#frames.value = this.#frames.peek().filter((frame) => !gone.includes(frame));
    return () => this.#putBack(gone);
  }

  /** Those of them that the same file once more can mend. */
  retry(ids: readonly string[]): void {
    for (const frame of this.#frames.peek()) {
      const { state } = frame.item.peek();
      if (!ids.includes(frame.id) || state.name !== "failed" || !state.canRetry) continue;
      this.#apply(frame, { type: "retried" });
      this.#run(frame);
    }
  }

  /** A finished one whose files cannot be shown: the server may no longer keep them, and then it says so. */
  async check(frame: Frame): Promise<void> {
    const { state } = frame.item.peek();
    if (state.name !== "done") return;
    const { api } = await this.means.getServer();
    const isForgotten = await api.findJob(state.job.jobId).then(
      (job) => job === undefined,
      () => false,
    );
    if (isForgotten) this.#apply(frame, { type: "failed", ...FORGOTTEN });
  }

  /** What is being sent goes on; nothing else begins. */
  setPaused(isPaused: boolean): void {
    this.#isPaused.value = isPaused;
    if (isPaused) this.#lanes.hold();
    else this.#lanes.release();
  }

  /** Measures anew how long the rest will take. */
  tick(): void {
    const now = markOf(this.items.peek(), Date.now());
    if (this.items.peek().every(isEnded)) this.#start = undefined;
    else if (this.#start?.count !== now.count) this.#start = now;
    this.#secondsLeft.value = this.#start && estimateSecondsLeft(this.#start, now);
  }

  async #restore(): Promise<void> {
    const { store } = this.means;
    const known = await Promise.race([store.load(), after<Item[]>(MOST_RESTORE_MS, [])]);
    const files = await Promise.all(known.map((item) => (isEnded(item) ? undefined : store.findFile(item.id))));
    const frames = known.map((item, index) => createFrame(item, files[index]));
    batch(() => {
      this.#frames.value = frames;
      this.#isRestored.value = true;
    });
    for (const frame of frames) {
      this.#apply(frame, { type: "stalled", isStalled: false });
      if (!isEnded(frame.item.peek())) this.#run(frame);
    }
  }

  #putBack(frames: readonly Frame[]): void {
    const all = [...new Set([...this.#frames.peek(), ...frames])];
    this.#frames.value = all.sort((a, b) => a.item.peek().addedAt - b.item.peek().addedAt);
    for (const frame of frames) {
      this.#keep(frame);
      if (!isEnded(frame.item.peek())) this.#run(frame);
    }
  }

  #run(frame: Frame): void {
    const stop = new AbortController();
    this.#running.set(frame.id, stop);
    const course: Course = {
      getServer: () => this.means.getServer(),
      sendFile: this.means.sendFile,
      lanes: this.#lanes,
      countWatched: () => this.items.peek().filter(({ state }) => state.name === "processing").length,
      findFile: async () => frame.file.peek() ?? (await this.means.store.findFile(frame.id)),
      read: () => frame.item.peek(),
      apply: (event) => this.#apply(frame, event),
      signal: stop.signal,
    };
    void runCourse(course);
  }

  #apply(frame: Frame, event: ItemEvent): void {
    const before = frame.item.peek();
    const item = advance(before, event);
    if (item === before) return;
    frame.item.value = item;
    // Not every percent: what counts after a reload is the state and the job that it belongs to.
    const isNews = before.state.name !== item.state.name || jobIdOf(before) !== jobIdOf(item);
    if (isNews) this.means.store.save(item);
    if (!canGoOn(item)) this.means.store.dropFile(item.id);
  }

  #keep(frame: Frame): void {
    const [item, file] = [frame.item.peek(), frame.file.peek()];
    this.means.store.save(item);
    if (file && canGoOn(item)) this.means.store.keepFile(item.id, file);
  }
}

/** Whether its file can be needed once more. */
function canGoOn(item: Item): boolean {
  return !isEnded(item) || (item.state.name === "failed" && item.state.canRetry);
}

function createFrame(item: Item, file: File | undefined): Frame {
  return { id: item.id, item: signal(item), file: signal(file) };
}

function findWaiting(frames: readonly Frame[], file: File): Frame | undefined {
  return frames.find((frame) => !frame.file.peek() && isWaitingFor(frame.item.peek(), file));
}

function after<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));
}
