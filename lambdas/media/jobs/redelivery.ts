import type { SQSBatchItemFailure, SQSRecord } from "aws-lambda";
import type { Log } from "../../support/log.ts";
import type { MessageVisibility } from "../../support/message-visibility.ts";
import { LostClaimError, OutOfTimeError } from "./claim-watch.ts";

/**
 * A message comes back this long after its invocation can at most have lived: by then the job's lease is over, whatever
 * was rounded up and however two machines' clocks differ. Were it back sooner, the receive would be wasted.
 */
const MARGIN_SECONDS = 5;

/**
 * About 10 s, 1 min, 6 min, 15 min: a hiccup costs its owner seconds, and an outage of twenty minutes gives no job up,
 * though a queue tries five times only. Doubling would have used up all five within three minutes.
 */
const FIRST_DELAY_SECONDS = 10;
const DELAY_GROWTH = 6;
const MAX_DELAY_SECONDS = 900;

/** Whole seconds until the next try after this many receives; `random`, 0 to 1, moves it by up to a quarter either way. */
export function planRetryDelay(receiveCount: number, random: number): number {
  const seconds = Math.min(FIRST_DELAY_SECONDS * DELAY_GROWTH ** (receiveCount - 1), MAX_DELAY_SECONDS);
  return Math.round(seconds * (0.75 + random / 2));
}

/**
 * When the messages of one batch come back, should they come back. The queue's own timeout is six times the function's, for
 * a batch that waits inside the mapping for a free place; once the function runs, it knows better. Where SQS does not
 * listen, that timeout holds, and no job fails for it.
 */
export class Redelivery {
  private readonly delays = new Map<SQSRecord, number>();
  private holding: Promise<void> = Promise.resolve();

  constructor(
    private readonly messages: MessageVisibility,
    private readonly log: Log,
    private readonly random: () => number = Math.random,
  ) {}

  /** Lets a killed worker's messages come back when its invocation would have been over. Work need not wait for SQS. */
  hold(records: readonly SQSRecord[], remainingMs: number): void {
    const seconds = Math.ceil(remainingMs / 1000) + MARGIN_SECONDS;
    this.holding = this.hide(records.map(({ receiptHandle }) => ({ receiptHandle, seconds })));
  }

  /** Marks a message to be delivered again, and says in how many seconds. */
  plan(record: SQSRecord, error: unknown, now: Date): number {
    // Of several uploads in one message, the one that must wait longest counts.
    const seconds = Math.max(this.planDelay(record, error, now), this.delays.get(record) ?? 0);
    this.delays.set(record, seconds);
    return seconds;
  }

  /** Hides what goes back until its time, and names it for SQS. */
  async giveBack(): Promise<SQSBatchItemFailure[]> {
    await this.holding;
    const delays = [...this.delays];
    await this.hide(delays.map(([{ receiptHandle }, seconds]) => ({ receiptHandle, seconds })));
    return delays.map(([{ messageId }]) => ({ itemIdentifier: messageId }));
  }

  private planDelay({ attributes }: SQSRecord, error: unknown, now: Date): number {
    if (error instanceof LostClaimError && error.heldUntil) {
      // Back before the other's lease ends, it would waste a receive, of which it has five.
      return Math.max(0, Math.ceil((error.heldUntil.getTime() - now.getTime()) / 1000)) + 1;
    }
    // Where time ran out nothing is broken, and waiting longer each time would cure nothing.
    const receiveCount = error instanceof OutOfTimeError ? 1 : Number(attributes.ApproximateReceiveCount);
    return planRetryDelay(receiveCount, this.random());
  }

  private async hide(messages: Parameters<MessageVisibility["hide"]>[0]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await this.messages.hide(messages);
    } catch (error) {
      this.log.warn("SQS did not take when messages are to come back; the queue's own timeout holds.", { error });
    }
  }
}
