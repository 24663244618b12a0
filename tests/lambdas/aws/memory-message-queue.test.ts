import { MemoryMessageQueue } from "../../support/message-queue.ts";
import { startClock } from "../support/fakes.ts";
import { describeMessageVisibility, QUEUE_SECONDS } from "./message-visibility.contract.ts";

describeMessageVisibility("in memory", async () => {
  const clock = startClock();
  const queue = new MemoryMessageQueue(clock, QUEUE_SECONDS);
  return {
    visibility: queue,
    send: async (body) => queue.send(body),
    receive: async () => queue.receive(),
    pass: clock.pass,
  };
});
