import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { drain } from "../../protocol/endpoint/drain.ts";
import type { S3Reply } from "./s3-request.ts";

/** Sends the answer and waits until it has gone out, or the client has. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Promise<S3Reply>,
): Promise<void> {
  const { status, headers = {}, body } = await answer;
  const stated = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  // Its "close" has been and gone.
  if (response.destroyed) return;
  response.statusCode = status;
  for (const [name, value] of stated) response.setHeader(name, value);
  drain(request);
  if (body === undefined || typeof body === "string") {
    const text = body ?? "";
    if (text !== "") response.setHeader("content-type", text.startsWith("{") ? "application/json" : "application/xml");
    if (request.method !== "HEAD" && status !== 204 && status !== 304)
      response.setHeader("content-length", Buffer.byteLength(text));
    await new Promise<void>((resolve) => {
      response.once("close", resolve).end(text);
    });
    return;
  }
  // A client that goes away in the middle ends the pipeline, which lets go of the object's files.
  await pipeline(body, response).catch(() => response.destroy());
}
