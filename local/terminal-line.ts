/** On every line, and of no use to a person who watches: the files have them. */
const FOR_MACHINES = new Set(["requestId", "timestamp", "service", "sampling_rate", "xray_trace_id", "function"]);
/** What a stranger's file or request brought into a message must not move the cursor, or write to the clipboard. */
const CONTROLS = /\p{Cc}/gu;

/**
 * A line of a log as a person reads it: `14:49:11 warn  /aws/lambda/darkroom-dev-media-convert  The job failed. jobId=… code=…`, with an
 * error's words below it, and its stack only where the level is `error`: a damaged file is nobody's bug.
 */
export function formatForTerminal(line: Readonly<Record<string, unknown>>): string {
  const { time, level, source, message, error, ...rest } = line;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest)
    .filter(([name, value]) => !FOR_MACHINES.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const head = `${clock} ${String(level).padEnd(5)} ${source}  ${[message, ...fields].join(" ")}`;
  return [clean(head), ...describeError(error, level === "error")].join("\n");
}

function describeError(error: unknown, wantsStack: boolean): string[] {
  if (error === undefined) return [];
  if (typeof error !== "object" || error === null) return indent(String(error));
  const { name = "Error", message = "", stack, cause } = error as Readonly<Record<string, unknown>>;
  const words = wantsStack && typeof stack === "string" ? stack : `${name}: ${message}`;
  return [...indent(words), ...describeError(cause, wantsStack)];
}

function indent(text: string): string[] {
  return text.split("\n").map((line) => `         ${clean(line)}`);
}

function clean(text: string): string {
  return text.replaceAll(CONTROLS, " ");
}
