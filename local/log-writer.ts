import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import type { Log, RuntimeClock } from "./service.ts";
import { formatForTerminal } from "./terminal-line.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface LogWriter {
  readonly log: Log;
  /** Writes out what is buffered. */
  stop(): Promise<void>;
}

/** A log file that has grown past this is put aside as `.old` at the next start, so that the folder stays bounded. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;
/** A line as long as CloudWatch Logs takes (256 KB); the rest is cut off. */
const MAX_LINE_BYTES = 256 * 1024;

/**
 * One JSON line per event, in a file per source (`/aws/lambda/darkroom-dev-media-presign` → `aws-lambda-darkroom-dev-media-presign.jsonl`)
 * and, from `terminalLevel` up, in words on the terminal. What could open a door is masked here as well as where it is logged
 * (threats.md A10): one writer is easier to trust than fifty callers.
 */
export function createLogWriter(options: {
  readonly directory: string;
  readonly clock: RuntimeClock;
  readonly terminalLevel?: LogLevel | "silent";
  readonly writeTerminal?: (line: string) => void;
}): LogWriter {
  mkdirSync(options.directory, { recursive: true });
  const files = new Map<string, WriteStream>();
  /** Sources whose last file could not be written to its end. */
  const failed = new Set<string>();
  let stopped = false;
  const { terminalLevel = "info", writeTerminal = (line) => void process.stdout.write(`${line}\n`) } = options;
  const threshold = terminalLevel === "silent" ? LEVELS.length : LEVELS.indexOf(terminalLevel);
  const open = (source: string): WriteStream => {
    const file = openFile(options.directory, source, failed.has(source));
    // A full disk must not stop the services: the terminal still has the line, and the next one is tried anew.
    file.on("error", (error) => {
      if (!failed.has(source)) process.stderr.write(`The log of ${source} cannot be written: ${error.message}\n`);
      failed.add(source);
      if (files.get(source) === file) files.delete(source);
    });
    return file;
  };
  return {
    log({ level, source, message, ...rest }) {
      const time = new Date(options.clock.now()).toISOString();
      const line = maskSecrets(stringify({ time, level, source, message, ...rest, ...("time" in rest && { time }) }));
      if (!stopped) {
        const file = files.get(source) ?? open(source);
        files.set(source, file);
        file.write(`${line}\n`, (error) => void (error ?? failed.delete(source)));
      }
      if (LEVELS.indexOf(level) >= threshold) writeTerminal(formatForTerminal(JSON.parse(line)));
    },
    async stop() {
      stopped = true;
      await Promise.all([...files.values()].map((file) => new Promise<void>((done) => file.end(() => done()))));
      files.clear();
    },
  };
}

/** The file of a source, in the folder of logs: `aws-lambda-darkroom-dev-media-presign.jsonl`. */
export function logFileName(source: string): string {
  const name = source.replaceAll(/[^A-Za-z0-9_.-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "") || "runtime";
  return `${name}.jsonl`;
}

function openFile(directory: string, source: string, isTorn: boolean): WriteStream {
  const path = join(directory, logFileName(source));
  if (existsSync(path) && statSync(path).size > MAX_FILE_BYTES) renameSync(path, `${path}.old`);
  const file = createWriteStream(path, { flags: "a" });
  // Behind half a line the next one would be lost, too.
  if (isTorn) file.write("\n");
  return file;
}

function stringify(line: Record<string, unknown>): string {
  const text = JSON.stringify(line, (_key, value: unknown) =>
    value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
  );
  if (text.length <= MAX_LINE_BYTES) return text;
  const { time, level, source, message } = line;
  return JSON.stringify({
    time,
    level,
    source,
    message: String(message).slice(0, MAX_LINE_BYTES / 2),
    truncated: true,
  });
}

const SECRETS = [
  /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"\\]+/gi,
  /(\bSignature=)[0-9a-f]{64}/g,
  /("(?:secretAccessKey|sessionToken|x-amz-security-token|x-amz-signature|authorization)"\s*:\s*")[^"]+/gi,
];

function maskSecrets(line: string): string {
  return SECRETS.reduce((text, pattern) => text.replace(pattern, "$1***"), line);
}
