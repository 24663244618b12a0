import * as z from "zod";

export interface DescribedLine {
  readonly text: string;
  /** Written by Lambda itself: the report of a call, a crash, a timeout. */
  readonly isPlatform: boolean;
  /** The line's own time, where it states one: the log's may be later. */
  readonly at?: Date | undefined;
}

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

/** Lines of our own, of Lambda's JSON format, and of the laptop's log. */
const line = z.object({
  level: text,
  message: text,
  timestamp: text,
  time: text,
  requestId: text,
  function_request_id: text,
  attempt: number,
  code: text,
  outcome: text,
  renditions: number,
  bytes: number,
  waitedSeconds: number,
  error: z.object({ name: text, message: text }).optional().catch(undefined),
  // The laptop's report of a call, and its crash.
  kind: text,
  durationMs: number,
  maxMemoryUsedMb: number,
  memoryMb: number,
  errorType: text,
  // Lambda's own lines: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
  type: text,
  record: z
    .object({
      requestId: text,
      status: text,
      errorType: text,
      metrics: z
        .object({ durationMs: number, maxMemoryUsedMB: number, memorySizeMB: number })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  // CloudWatch's embedded metrics are no words.
  _aws: z.unknown().optional(),
});

type Line = z.output<typeof line>;

/** The id of the call that wrote the line. */
export function findRequestId(message: string): string | undefined {
  const parsed = parseLine(message);
  if (parsed === "words") return undefined;
  return parsed?.requestId ?? parsed?.function_request_id ?? parsed?.record?.requestId;
}

/** A line in one line, with only those of its fields that are known to hold nothing private; undefined where it tells nothing. */
export function describeLine(message: string): DescribedLine | undefined {
  const parsed = parseLine(message);
  if (parsed === "words")
    return { text: maskAddresses(message.trim().replaceAll(/\s+/g, " ")).slice(0, 500), isPlatform: true };
  if (parsed?._aws !== undefined || !parsed) return undefined;
  const at = findTime(parsed.time ?? parsed.timestamp);
  const report = describeReport(parsed);
  if (report !== undefined) return { text: report, isPlatform: true, at };
  if (parsed.type?.startsWith("platform.") || parsed.message === undefined) return undefined;
  // The laptop's line of a crash; on AWS the report's own status says it.
  const isPlatform = parsed.errorType !== undefined;
  const level = parsed.level && !/^info$/i.test(parsed.level) ? `${parsed.level.toUpperCase()} ` : "";
  const details = describeDetails(parsed);
  return { text: maskAddresses(`${level}${parsed.message}${details}`), isPlatform, at };
}

/** Text is Lambda's own; JSON of a shape that is not known is not told, as its fields may be private. */
function parseLine(message: string): Line | "words" | undefined {
  if (!message.trimStart().startsWith("{")) return "words";
  try {
    return line.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}

function describeReport({ kind, type, record, ...own }: Line): string | undefined {
  if (kind === "report") return formatReport(own.durationMs, own.maxMemoryUsedMb, own.memoryMb, own.errorType);
  if (type !== "platform.report") return undefined;
  const { durationMs, maxMemoryUsedMB, memorySizeMB } = record?.metrics ?? {};
  const failure = record?.errorType ?? (record?.status === "success" ? undefined : record?.status);
  return formatReport(durationMs, maxMemoryUsedMB, memorySizeMB, failure);
}

function formatReport(ms?: number, usedMb?: number, memoryMb?: number, failure?: string): string {
  const end = failure === undefined ? "ended" : `ended as ${failure}`;
  return `the call ${end} after ${ms ?? "?"} ms, with ${usedMb ?? "?"} of ${memoryMb ?? "?"} MB`;
}

function describeDetails({ attempt, code, outcome, renditions, waitedSeconds, error, errorType }: Line): string {
  const facts = Object.entries({ attempt, code, outcome, renditions, waitedSeconds, errorType })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  const cause = error?.message === undefined ? [] : [`${error.name ?? "Error"}: ${error.message}`];
  const all = [...facts, ...cause];
  return all.length === 0 ? "" : ` (${all.join(", ")})`;
}

function findTime(stated: string | undefined): Date | undefined {
  const time = new Date(stated ?? "");
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** The query of an address is where a signature stands (threats.md A10). */
function maskAddresses(words: string): string {
  return words
    .replaceAll(/(https?:\/\/[^\s?"']+)\?[^\s"']*/gi, "$1?[not shown]")
    .replaceAll(/(x-amz-(?:signature|credential|security-token)["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi, "$1[not shown]");
}
