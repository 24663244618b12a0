import { randomBytes, randomUUID } from "node:crypto";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import type { RuntimeClock, ServiceContext } from "../../service.ts";
import { Journal } from "../../state/journal.ts";
import { invalidParameter, type MessageAttributes, type StoredMessage } from "./message.ts";
import type { QueueSettings } from "./seam.ts";

interface TakenBy {
  readonly receipt: string;
  readonly heldInside: boolean;
}

/** A line of the journal: what changed. */
type Change =
  | { readonly t: "queue"; readonly createdAt: number }
  | { readonly t: "put"; readonly message: StoredMessage }
  | ({ readonly t: "take"; readonly id: string; readonly at: number; readonly until: number } & TakenBy)
  | { readonly t: "hide"; readonly id: string; readonly until: number }
  /** Whoever held it inside this process is done with it. */
  | { readonly t: "release"; readonly id: string }
  | { readonly t: "drop"; readonly id: string };

/** Where messages go that were received too often; false where that queue will not have them. */
export type MoveToDeadLetters = (message: StoredMessage) => boolean;

/** How messages that are received are hidden from others. */
export interface Hide {
  readonly seconds: number;
  /** The receiver lives in this process, and dies with it. */
  readonly heldInside: boolean;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly system: Readonly<Record<string, string>>;
  readonly delaySeconds?: number;
}

/** AWS allows 120 000 messages in flight in a standard queue. */
const MAX_IN_FLIGHT = 120_000;
/** However often a timeout is extended, a message is visible again 12 hours after it was received. */
const MAX_VISIBILITY_SECONDS = 43_200;
/** How soon a waiting receiver sees that a delay or a visibility timeout is over, should a test have moved the clock. */
const TICK_MS = 250;

/** One standard queue: messages in memory, every change in a journal before it takes effect. */
export class Queue {
  settings: QueueSettings;
  createdAt: number;
  modifiedAt: number;
  readonly #clock: RuntimeClock;
  readonly #journal: Journal<Change>;
  readonly #messages = new Map<string, StoredMessage>();
  /** Ids in the order in which they became available. A superset: looked at again when taken. */
  readonly #available = new Set<string>();
  readonly #hidden = new Set<string>();
  #nextDueAt = Number.POSITIVE_INFINITY;
  readonly #waiting = new Set<() => void>();
  #tick: NodeJS.Timeout | undefined;

  constructor(
    readonly name: string,
    readonly arn: string,
    path: string,
    settings: QueueSettings,
    { clock, log }: Pick<ServiceContext, "clock" | "log">,
  ) {
    this.settings = settings;
    this.#clock = clock;
    this.createdAt = clock.now();
    this.#journal = new Journal<Change>({
      path,
      replay: (change) => this.#apply(change),
      snapshot: () => this.#snapshot(),
      say: (message) => log({ level: "warn", source: "sqs", message }),
    });
    this.modifiedAt = this.createdAt;
    this.#showOrphans();
  }

  send(message: NewMessage): StoredMessage {
    const now = this.#clock.now();
    const delaySeconds = message.delaySeconds ?? this.settings.delaySeconds;
    const { body, attributes, system } = message;
    const stored = { id: randomUUID(), body, attributes, system, sentAt: now, visibleAt: now + delaySeconds * 1000 };
    return this.put({ ...stored, receiveCount: 0 });
  }

  /** Adds a message as it is; again is harmless, so that a move that was cut short by a crash can be repeated. */
  put(message: StoredMessage): StoredMessage {
    if (this.#messages.has(message.id)) return message;
    this.#commit([{ t: "put", message }]);
    this.#wake();
    return message;
  }

  /** Up to `max` visible messages, hidden from others from now on. Those received too often are moved instead. */
  take(max: number, hide: Hide, moveToDeadLetters: MoveToDeadLetters): StoredMessage[] {
    const now = this.#clock.now();
    this.#reveal(now);
    const taken: StoredMessage[] = [];
    const changes: Change[] = [];
    for (const id of this.#available) {
      if (taken.length === max) break;
      const message = this.#messages.get(id);
      if (!message) continue;
      if (this.#isForgotten(message, now) || this.#wasMoved(message, moveToDeadLetters)) {
        changes.push({ t: "drop", id });
        continue;
      }
      if (this.#hidden.size >= MAX_IN_FLIGHT) throw overLimit();
      changes.push({
        t: "take",
        id,
        at: now,
        until: now + hide.seconds * 1000,
        heldInside: hide.heldInside,
        receipt: randomBytes(12).toString("base64url"),
      });
      taken.push(message);
    }
    this.#commit(changes);
    return taken.map((message) => this.#messages.get(message.id) ?? message);
  }

  #wasMoved(message: StoredMessage, move: MoveToDeadLetters): boolean {
    const limit = this.settings.redrivePolicy?.maxReceiveCount;
    return limit !== undefined && message.receiveCount >= limit && move(message);
  }

  /** Resolves when there may be a message, after `ms`, or when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
      this.#waiting.add(done);
      this.#scheduleTick();
    });
  }

  /** Deletes by the newest receipt handle; an older one changes nothing, as on AWS, and a repetition is harmless. */
  delete(id: string, receipt: string): void {
    if (this.#messages.get(id)?.receipt === receipt) this.#commit([{ t: "drop", id }]);
  }

  changeVisibility(id: string, receipt: string, seconds: number): void {
    const now = this.#clock.now();
    const message = this.#messages.get(id);
    if (message?.receipt !== receipt || message.visibleAt <= now)
      throw new AwsError(
        "MessageNotInflight",
        `Value ${id} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
        { namespace: "com.amazonaws.sqs", queryCode: "AWS.SimpleQueueService.MessageNotInflight" },
      );
    const until = now + seconds * 1000;
    if (until > (message.receivedAt ?? now) + MAX_VISIBILITY_SECONDS * 1000)
      throw invalidParameter("Total VisibilityTimeout for the message is beyond the limit [43200 seconds].");
    this.#commit([{ t: "hide", id, until }]);
    if (seconds === 0) this.#wake();
    else this.#scheduleTick();
  }

  /** The receiver inside this process has handled it, and has chosen when it is to be seen again: that outlives us. */
  release(id: string, receipt: string): void {
    if (this.#messages.get(id)?.receipt === receipt) this.#commit([{ t: "release", id }]);
  }

  /** What the earlier process held itself, nobody holds any more, until whenever it was hidden. */
  #showOrphans(): void {
    const orphans = [...this.#messages.values()].filter(({ heldInside }) => heldInside);
    const until = this.#clock.now();
    this.#commit(
      orphans.flatMap(({ id, visibleAt }): Change[] => [
        ...(visibleAt > until ? [{ t: "hide", id, until } as const] : []),
        { t: "release", id },
      ]),
    );
  }

  purge(): void {
    this.#commit([...this.#messages.keys()].map((id) => ({ t: "drop", id })));
  }

  /** Takes every visible message away, for a move to another queue; `accept` has each before it leaves this one. */
  drain(accept: (message: StoredMessage) => void): number {
    this.#reveal(this.#clock.now());
    const messages = [...this.#available].flatMap((id) => this.#messages.get(id) ?? []);
    for (const message of messages) {
      accept(message);
      this.#commit([{ t: "drop", id: message.id }]);
    }
    return messages.length;
  }

  count(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#clock.now();
    this.#reveal(now);
    const forgotten = [...this.#messages.values()].filter((message) => this.#isForgotten(message, now));
    this.#commit(forgotten.map(({ id }) => ({ t: "drop", id })));
    const hidden = [...this.#hidden].flatMap((id) => this.#messages.get(id) ?? []);
    const inFlight = hidden.filter((message) => message.receipt !== undefined).length;
    return { visible: this.#available.size, inFlight, delayed: hidden.length - inFlight };
  }

  close(): void {
    clearTimeout(this.#tick);
    for (const done of [...this.#waiting]) done();
    this.#journal.close();
  }

  #isForgotten(message: StoredMessage, now: number): boolean {
    return now - message.sentAt > this.settings.messageRetentionSeconds * 1000;
  }

  #commit(changes: readonly Change[]): void {
    this.#journal.append(changes);
    for (const change of changes) this.#apply(change);
    this.#journal.compact();
  }

  #apply(change: Change): void {
    if (change.t === "queue") this.createdAt = change.createdAt;
    else if (change.t === "put") this.#store(change.message);
    else {
      const message = this.#messages.get(change.id);
      if (message && change.t === "drop") this.#forget(message);
      else if (message && change.t === "hide") this.#store(asHidden(message, change));
      else if (message && change.t === "release") this.#messages.set(message.id, { ...message, heldInside: false });
      else if (message && change.t === "take") this.#store(asTaken(message, change));
    }
  }

  #store(message: StoredMessage): void {
    this.#messages.set(message.id, message);
    this.#available.delete(message.id);
    this.#hidden.add(message.id);
    this.#nextDueAt = Math.min(this.#nextDueAt, message.visibleAt);
  }

  #forget(message: StoredMessage): void {
    this.#messages.delete(message.id);
    this.#available.delete(message.id);
    this.#hidden.delete(message.id);
  }

  /** Makes hidden messages available whose time has come. Looks through them only when one is due. */
  #reveal(now: number): void {
    if (now < this.#nextDueAt) return;
    this.#nextDueAt = Number.POSITIVE_INFINITY;
    for (const id of this.#hidden) {
      const visibleAt = this.#messages.get(id)?.visibleAt ?? 0;
      if (visibleAt > now) {
        this.#nextDueAt = Math.min(this.#nextDueAt, visibleAt);
        continue;
      }
      this.#hidden.delete(id);
      this.#available.add(id);
    }
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  /** While someone waits and something is hidden, looks now and then whether it has become visible. */
  #scheduleTick(): void {
    if (this.#tick || this.#waiting.size === 0 || this.#hidden.size === 0) return;
    const ms = Math.max(1, Math.min(TICK_MS, this.#nextDueAt - this.#clock.now()));
    this.#tick = setTimeout(() => {
      this.#tick = undefined;
      this.#reveal(this.#clock.now());
      if (this.#available.size > 0) this.#wake();
      this.#scheduleTick();
    }, ms);
  }

  *#snapshot(): Generator<Change> {
    yield { t: "queue", createdAt: this.createdAt };
    for (const message of this.#messages.values()) yield { t: "put", message };
  }
}

function asTaken(message: StoredMessage, taken: Extract<Change, { t: "take" }>): StoredMessage {
  const { at, until, receipt, heldInside } = taken;
  const firstReceivedAt = message.firstReceivedAt ?? at;
  const receiveCount = message.receiveCount + 1;
  const times = { firstReceivedAt, receivedAt: at, visibleAt: until };
  return { ...message, ...times, receiveCount, receipt, heldInside };
}

function asHidden(message: StoredMessage, { until }: Extract<Change, { t: "hide" }>): StoredMessage {
  return { ...message, visibleAt: until };
}

function overLimit(): AwsError {
  return new AwsError("OverLimit", "Too many messages in flight (120 000).", {
    status: 403,
    namespace: "com.amazonaws.sqs",
  });
}
