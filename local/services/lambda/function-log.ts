import type { Log } from "../../service.ts";

type Level = Parameters<Log>[0]["level"];

/** CloudWatch's limit for one event. */
const MAX_LINE_BYTES = 256 * 1024;
/** The runtime interface client's text format: time, request id, level, message, with tabs between. */
const RUNTIME_LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t([^\t]*)\t(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t([\s\S]*)$/;
const LEVELS: Readonly<Record<string, Level>> = {
  TRACE: "debug",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERROR: "error",
  FATAL: "error",
  CRITICAL: "error",
};

/** Turns what a function prints into lines of its log group: JSON stays JSON, anything else becomes `message`. */
export class FunctionLog {
  readonly #log: Log;
  readonly #logGroup: string;
  readonly #functionName: string;

  constructor(log: Log, logGroup: string, functionName: string) {
    this.#log = log;
    this.#logGroup = logGroup;
    this.#functionName = functionName;
  }

  /** Lambda's own lines: REPORT, timeouts, crashes. */
  platform(level: Level, message: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#log({ ...details, level, source: this.#logGroup, function: this.#functionName, message });
  }

  /** A line that the function printed, during the call `requestId` or before its first one. */
  printed(line: string, stream: "stdout" | "stderr", requestId: string | undefined): void {
    const [, statedId, statedLevel, text = line] = RUNTIME_LINE.exec(line) ?? [];
    const fields = parseLine(text);
    // Figures that CloudWatch would take out of the line: kept in the file, and no use to a reader of the terminal.
    const isMetrics = "_aws" in fields;
    const level = isMetrics
      ? "debug"
      : (LEVELS[String(fields.level ?? statedLevel ?? "").toUpperCase()] ?? (stream === "stderr" ? "error" : "info"));
    const id = statedId === undefined || statedId === "-" ? requestId : statedId;
    this.#log({
      ...(id !== undefined && { requestId: id }),
      ...fields,
      level,
      source: this.#logGroup,
      function: this.#functionName,
      // The client writes a carriage return for each line break inside a message.
      message: messageOf(fields) ?? text.replaceAll("\r", "\n"),
    });
  }
}

function messageOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof fields.message === "string") return fields.message;
  if (fields.message !== undefined) return JSON.stringify(fields.message);
  return Object.keys(fields).length > 0 ? "" : undefined;
}

/** In the JSON format, what a function prints as JSON arrives as the message of the client's own JSON: one line, not two. */
function parseLine(text: string): Record<string, unknown> {
  const outer = parseJsonLine(text) ?? {};
  const inner = typeof outer.message === "string" ? parseJsonLine(outer.message) : undefined;
  return inner ? { ...outer, ...inner } : outer;
}

function parseJsonLine(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Cuts a stream into lines; a line longer than CloudWatch takes is cut where it would be. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#emit(line);
    if (this.#rest.length > MAX_LINE_BYTES) this.end();
  }

  end(): void {
    const line = this.#rest;
    this.#rest = "";
    this.#emit(line);
  }

  #emit(line: string): void {
    for (let at = 0; at < line.length; at += MAX_LINE_BYTES) this.#onLine(line.slice(at, at + MAX_LINE_BYTES));
  }
}
