import type { Clock } from "../../lambdas/support/clock.ts";
import { type Hiding, MAX_HIDDEN_SECONDS, type MessageVisibility } from "../../lambdas/support/message-visibility.ts";

export interface MemoryMessage {
  readonly messageId: string;
  readonly body: string;
  /** Of the newest receive. */
  readonly receiptHandle: string;
  readonly receiveCount: number;
  readonly receivedAt: Date;
  readonly visibleAt: Date;
}

/** A queue in memory, whose messages are hidden as SQS hides them; held to the same contract suite. */
export class MemoryMessageQueue implements MessageVisibility {
  private readonly messages = new Map<string, MemoryMessage>();
  private sent = 0;

  constructor(
    private readonly clock: Clock,
    /** What holds until a receiver says otherwise. */
    private readonly visibilitySeconds: number,
  ) {}

  send(body: string): void {
    const messageId = `m${this.sent++}`;
    const now = this.clock.now();
    const times = { receivedAt: now, visibleAt: now };
    this.messages.set(messageId, { messageId, body, receiptHandle: "", receiveCount: 0, ...times });
  }

  /** Messages that can be seen, ten at most. */
  receive(max = 10): MemoryMessage[] {
    const now = this.clock.now();
    const visible = [...this.messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    return visible.slice(0, max).map((message) => {
      const receiveCount = message.receiveCount + 1;
      const receiptHandle = `${message.messageId}#${receiveCount}`;
      const visibleAt = addSeconds(now, this.visibilitySeconds);
      const received = { ...message, receiveCount, receiptHandle, receivedAt: now, visibleAt };
      this.messages.set(message.messageId, received);
      return received;
    });
  }

  async hide(hidings: readonly Hiding[]): Promise<void> {
    const refused = hidings.filter((hiding) => !this.hideOne(hiding));
    if (refused.length > 0) throw new Error(`${refused.length} of ${hidings.length} messages were not hidden.`);
  }

  delete(messageId: string): void {
    this.messages.delete(messageId);
  }

  private hideOne({ receiptHandle, seconds }: Hiding): boolean {
    const now = this.clock.now();
    const visibleAt = addSeconds(now, seconds);
    const message = [...this.messages.values()].find((one) => one.receiptHandle === receiptHandle);
    if (!message || message.visibleAt <= now) return false;
    if (visibleAt > addSeconds(message.receivedAt, MAX_HIDDEN_SECONDS)) return false;
    this.messages.set(message.messageId, { ...message, visibleAt });
    return true;
  }
}

function addSeconds(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
