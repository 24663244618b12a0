import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** Each group has the one: a laptop's functions share a file. */
export const STREAM = "laptop";

export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
  /** The same at every reading, so that whoever follows a log knows what was shown. */
  readonly eventId: string;
}

/** The events of a group's files, in the order of their writing. A line that is still being written is left out. */
export async function* readEvents(group: string, files: readonly string[]): AsyncGenerator<LogEvent> {
  for (const file of files) {
    let position = 0;
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      position += 1;
      const event = parseEvent(line);
      if (!event) continue;
      const text = `${group} ${position} ${event.message}`;
      yield { ...event, eventId: createHash("sha256").update(text).digest("hex").slice(0, 56) };
    }
  }
}

/** A level is written as functions on AWS write it, so that a pattern finds the same lines here and there. */
function parseEvent(line: string): Omit<LogEvent, "eventId"> | undefined {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const timestamp = Date.parse(String(fields.time));
    if (Number.isNaN(timestamp)) return undefined;
    const message = JSON.stringify({ ...fields, level: String(fields.level).toUpperCase() });
    return { timestamp, message };
  } catch {
    return undefined;
  }
}
