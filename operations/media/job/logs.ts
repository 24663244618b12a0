import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import { FUNCTION_NAMES, type FunctionName } from "../../../contracts/media/environment.ts";
import { describeLine, findRequestId } from "./log-line.ts";
import type { JobRecord } from "./record.ts";
import type { TimelineEvent } from "./timeline.ts";

export interface LogQuestion {
  /** `darkroom-dev-media` */
  readonly prefix: string;
  readonly record: Pick<JobRecord, "jobId" | "kind">;
  readonly from: Date;
  readonly to: Date;
}

export interface JobLines {
  readonly events: readonly TimelineEvent[];
  /** What could not be read, and why. */
  readonly notes: readonly string[];
}

/** Lines of one function; a job that has more is told so. */
const MAX_LINES = 500;
/** A filter pattern takes 1024 characters, an id with its signs some forty. */
const MAX_REQUESTS = 20;

/**
 * What the functions logged of a job: the lines that name it, and Lambda's own of the calls that did, as those of a crash
 * or a timeout know the call only. A log that cannot be read is noted, and the others are still told.
 */
export async function readJobLines(logs: CloudWatchLogsClient, question: LogQuestion): Promise<JobLines> {
  const found = await Promise.all(
    listFunctions(question.record.kind).map((name) => readFunction(logs, question, name)),
  );
  return { events: found.flatMap(({ events }) => events), notes: found.flatMap(({ notes }) => notes) };
}

function listFunctions(kind: JobRecord["kind"]): FunctionName[] {
  return FUNCTION_NAMES.filter((name) => name !== (kind === "image" ? "convert" : "resize"));
}

async function readFunction(logs: CloudWatchLogsClient, question: LogQuestion, name: FunctionName): Promise<JobLines> {
  const group = `/aws/lambda/${question.prefix}-${name}`;
  try {
    const named = await readLines(logs, question, group, `"${question.record.jobId}"`);
    const requests = [...new Set(named.flatMap(({ message }) => findRequestId(message ?? "") ?? []))];
    const pattern = requests.slice(0, MAX_REQUESTS).map((id) => `?"${id}"`);
    const ofCalls = requests.length === 0 ? [] : await readLines(logs, question, group, pattern.join(" "));
    const lines = [...named, ...ofCalls.filter(({ message }) => isOfCall(message ?? ""))];
    const events = dropRepeated(lines).flatMap((line) => toEvent(line, name) ?? []);
    const cut = named.length === MAX_LINES ? [`${group} has more lines of this job than the ${MAX_LINES} shown.`] : [];
    return { events, notes: cut };
  } catch (error) {
    return { events: [], notes: [`${group} could not be read: ${explain(error)}`] };
  }
}

/** Lambda's own lines. Of other jobs in the same call nothing is told here. */
function isOfCall(message: string): boolean {
  return describeLine(message)?.isPlatform ?? false;
}

async function readLines(
  logs: CloudWatchLogsClient,
  { from, to }: LogQuestion,
  group: string,
  filterPattern: string,
): Promise<FilteredLogEvent[]> {
  const input = { logGroupName: group, filterPattern, startTime: from.getTime(), endTime: to.getTime() };
  const lines: FilteredLogEvent[] = [];
  for await (const page of paginateFilterLogEvents({ client: logs, stopOnSameToken: true }, input)) {
    lines.push(...(page.events ?? []));
    if (lines.length >= MAX_LINES) return lines.slice(0, MAX_LINES);
  }
  return lines;
}

function dropRepeated(lines: readonly FilteredLogEvent[]): FilteredLogEvent[] {
  return [...new Map(lines.map((line) => [line.eventId ?? `${line.timestamp} ${line.message}`, line])).values()];
}

function toEvent({ timestamp, message = "" }: FilteredLogEvent, source: string): TimelineEvent | undefined {
  const line = describeLine(message);
  return line && { at: line.at ?? new Date(timestamp ?? 0), source, text: line.text };
}

function explain(error: unknown): string {
  if (error instanceof ResourceNotFoundException) return "there is no such log group";
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
