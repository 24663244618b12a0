import type { Log } from "../../service.ts";
import { DISK_FULL, isDiskFull } from "../../state/disk-full.ts";
import type { Catalog } from "./catalog.ts";
import type { EventChange, PendingEvent } from "./model.ts";
import type { DeliverToQueue } from "./seam.ts";

/** Waits between tries double up to the last: about two minutes for the fourteen, enough for every queue to have started. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 30_000;
/** How often a queue may say no. A fault, such as a full disk, is no answer: it is tried until it is over. */
const MAX_REFUSALS = 14;

/**
 * Brings events to their queues, at least once. An event stands in the journal from the moment of the write until its
 * queue has taken it: a kill in between means that it is sent again at the next start.
 */
export class Outbox {
  #stopped = false;
  /** Ends the pauses between tries. */
  readonly #wake = new Set<() => void>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly catalog: Catalog,
    private readonly send: DeliverToQueue,
    private readonly log: Log,
  ) {}

  /** What was left over from before. */
  replay(): void {
    for (const event of this.catalog.events.values()) this.start(event);
  }

  /** Returns at once; the events are already in the journal. */
  deliver(events: readonly EventChange[]): void {
    for (const { event } of events) this.start(event);
  }

  /** Lets tries under way end, begins no more. What is undelivered stays for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#wake) wake();
    await Promise.all(this.#underWay);
  }

  private start(event: PendingEvent): void {
    const work = this.bring(event)
      .catch((error) => this.log({ level: "error", source: "s3", message: "the outbox failed", error: String(error) }))
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  private async bring(event: PendingEvent): Promise<void> {
    for (let tries = 0, refusals = 0; refusals < MAX_REFUSALS; tries++) {
      if (this.#stopped) return;
      const outcome = await this.attempt(event);
      if (outcome === "delivered") return this.catalog.commit({ kind: "event-gone", id: event.id });
      if (outcome === "refused") refusals += 1;
      await this.pause(Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS));
    }
    const { queueArn, sourceArn } = event;
    this.log({
      level: "error",
      source: "s3",
      message: "an event was given up: its queue does not take it",
      queueArn,
      sourceArn,
    });
    this.catalog.commit({ kind: "event-gone", id: event.id });
  }

  private async attempt({ queueArn, sourceArn, body }: PendingEvent): Promise<"delivered" | "refused" | "failed"> {
    try {
      return (await this.send(queueArn, sourceArn, body)) ? "delivered" : "refused";
    } catch (error) {
      this.log({
        level: "warn",
        source: "s3",
        message: isDiskFull(error) ? DISK_FULL : "an event could not be delivered yet",
        queueArn,
        error: String(error),
      });
      return "failed";
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wake.add(wake);
    });
  }
}
