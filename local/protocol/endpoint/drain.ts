import type { IncomingMessage } from "node:http";

/** A refused upload is read on for this long; then the connection is cut. */
const MAX_DRAIN_BYTES = 64 * 1024 * 1024;

/**
 * Reads on what is left of a request that is answered before its end: most senders read no answer before they have sent
 * everything, and a connection that is closed on them is reset, the answer lost. Never together with `connection: close`,
 * at which Node closes as soon as the answer is written.
 */
export function drain(request: IncomingMessage): void {
  if (request.complete) return;
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DRAIN_BYTES) request.destroy();
  });
  request.on("error", () => undefined);
  request.resume();
}
