import { describe, expect, it } from "vitest";
import type { MessageVisibility } from "../../../lambdas/support/message-visibility.ts";

/** A queue whose messages are hidden for 60 s by themselves, and a clock that can be moved. */
export interface MessageQueue {
  readonly visibility: MessageVisibility;
  send(body: string): Promise<void>;
  /** All that can be seen. */
  receive(): Promise<readonly { readonly body: string; readonly receiptHandle: string }[]>;
  pass(seconds: number): void;
}
export const QUEUE_SECONDS = 60;

/** What everything that hides messages promises; run on each adapter. */
export function describeMessageVisibility(name: string, connect: () => Promise<MessageQueue>): void {
  describe(`the visibility of messages ${name}`, () => {
    async function receiveOf(queue: MessageQueue, ...bodies: string[]) {
      for (const body of bodies) await queue.send(body);
      const received = await queue.receive();
      return bodies.map((body) => received.find((message) => message.body === body)?.receiptHandle ?? "");
    }

    const bodiesOf = async (queue: MessageQueue) => (await queue.receive()).map(({ body }) => body);

    it.each([
      ["shorter", 10],
      ["longer", 600],
    ])("E8: is the time that it was told, %s than the queue's own", async (_than, seconds) => {
      const queue = await connect();
      const [receiptHandle = ""] = await receiveOf(queue, "a");

      await queue.visibility.hide([{ receiptHandle, seconds }]);

      queue.pass(seconds - 1);
      expect(await bodiesOf(queue)).toEqual([]);
      queue.pass(2);
      expect(await bodiesOf(queue)).toEqual(["a"]);
    });

    it("counts from the moment of the call, and the last call counts", async () => {
      const queue = await connect();
      const [receiptHandle = ""] = await receiveOf(queue, "a");
      queue.pass(50);
      await queue.visibility.hide([{ receiptHandle, seconds: 300 }]);
      queue.pass(250);

      await queue.visibility.hide([{ receiptHandle, seconds: 100 }]);

      queue.pass(99);
      expect(await bodiesOf(queue)).toEqual([]);
      queue.pass(2);
      expect(await bodiesOf(queue)).toEqual(["a"]);
    });

    it("shows a message at once for 0 seconds", async () => {
      const queue = await connect();
      const [receiptHandle = ""] = await receiveOf(queue, "a");

      await queue.visibility.hide([{ receiptHandle, seconds: 0 }]);

      expect(await bodiesOf(queue)).toEqual(["a"]);
    });

    it("is each message's own, for ten at once", async () => {
      const queue = await connect();
      const bodies = Array.from({ length: 10 }, (_none, index) => `m${index}`);
      const handles = await receiveOf(queue, ...bodies);

      await queue.visibility.hide(handles.map((receiptHandle, index) => ({ receiptHandle, seconds: 5 + 10 * index })));

      queue.pass(50);
      expect((await bodiesOf(queue)).sort()).toEqual(["m0", "m1", "m2", "m3", "m4"]);
    });

    it("asks nothing of the queue for no message", async () => {
      await expect((await connect()).visibility.hide([])).resolves.toBeUndefined();
    });

    it("throws for a message that was received again since, leaves it alone, and hides the others", async () => {
      const queue = await connect();
      const [stale = ""] = await receiveOf(queue, "received again");
      queue.pass(QUEUE_SECONDS + 1);
      const [fresh = ""] = await receiveOf(queue, "fresh");

      const hidden = queue.visibility.hide([
        { receiptHandle: stale, seconds: 5 },
        { receiptHandle: fresh, seconds: 600 },
      ]);

      await expect(hidden).rejects.toThrow("1 of 2 messages");
      queue.pass(QUEUE_SECONDS - 1);
      expect(await bodiesOf(queue)).toEqual([]);
      queue.pass(2);
      expect(await bodiesOf(queue)).toEqual(["received again"]);
    });

    it("throws for a message that can be seen again already", async () => {
      const queue = await connect();
      const [receiptHandle = ""] = await receiveOf(queue, "a");
      queue.pass(QUEUE_SECONDS + 1);

      await expect(queue.visibility.hide([{ receiptHandle, seconds: 5 }])).rejects.toThrow("1 of 1 messages");
    });

    it("throws for a time that SQS does not allow: twelve hours, counted from the receive", async () => {
      const queue = await connect();
      const [receiptHandle = ""] = await receiveOf(queue, "a");
      queue.pass(10);

      await expect(queue.visibility.hide([{ receiptHandle, seconds: 43_195 }])).rejects.toThrow("1 of 1 messages");
    });
  });
}
