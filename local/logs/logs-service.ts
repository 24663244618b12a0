import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { AwsError, accessDenied } from "../aws-json/aws-error.ts";
import { answerTargeted, type JsonInput } from "../aws-json/signed-json.ts";
import type { AwsService, Principal, ServiceContext } from "../services.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import { logFileName } from "./log-writer.ts";

const NAMESPACE = "com.amazonaws.logs";
const MAX_REQUEST_BYTES = 64 * 1024;
/** CloudWatch's own page. */
const MAX_EVENTS = 10_000;

const filterLogEvents = z.strictObject({
  logGroupName: z.string().regex(/^[A-Za-z0-9_/.#-]{1,512}$/),
  filterPattern: z.string().max(1024).default(""),
  /** Milliseconds since 1970, both inclusive. */
  startTime: z.int().min(0).default(0),
  endTime: z.int().min(0).default(Number.MAX_SAFE_INTEGER),
  limit: z.int().min(1).max(MAX_EVENTS).default(MAX_EVENTS),
  /** How many of the matching lines the pages before have shown. */
  nextToken: z
    .string()
    .regex(/^\d{1,12}$/)
    .default("0"),
  // There is one stream, so its lines are in order whatever this says; the SDK still sends it.
  interleaved: z.boolean().optional(),
});

interface LogEvent {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly eventId: string;
}

/**
 * What the log writer has written, through CloudWatch Logs' FilterLogEvents, so that whoever reads logs on AWS reads them
 * here by the same call. `context.directory` is the writer's own folder. Lines appear when they are on disk, which is
 * soon but not at once, as on AWS.
 */
export function createLogs(context: ServiceContext): AwsService {
  return {
    name: "logs",
    async handle(request, response) {
      const run = (operation: string, input: JsonInput, principal: Principal) =>
        runOperation(context, operation, input, principal);
      const service = { service: "logs", target: "Logs_20140328", maxBodyBytes: MAX_REQUEST_BYTES, run };
      await answerTargeted(service, context, request, response);
    },
    stop: async () => {},
  };
}

async function runOperation(context: ServiceContext, operation: string, input: JsonInput, principal: Principal) {
  if (operation !== "FilterLogEvents") {
    const message = `The laptop runtime's Logs has FilterLogEvents alone, not ${operation}.`;
    throw new AwsError("UnknownOperationException", message, { namespace: NAMESPACE });
  }
  const parsed = filterLogEvents.safeParse(input);
  if (!parsed.success)
    throw new AwsError("InvalidParameterException", describe(parsed.error), { namespace: NAMESPACE });
  const { logGroupName, filterPattern, startTime, endTime, limit, nextToken } = parsed.data;
  authorizeRead(context, principal, logGroupName);

  const isWanted = parseFilterPattern(filterPattern);
  const files = findFiles(context.directory, logGroupName);
  const skipped = Number(nextToken);
  let matched = 0;
  const events: LogEvent[] = [];
  for await (const line of readLines(files)) {
    const timestamp = findTime(line);
    if (timestamp === undefined || timestamp < startTime || timestamp > endTime || !isWanted(line)) continue;
    matched += 1;
    if (matched <= skipped) continue;
    if (events.length === limit) return { events, nextToken: String(skipped + limit), searchedLogStreams: [] };
    events.push(toEvent(logGroupName, line, timestamp, matched));
  }
  return { events, searchedLogStreams: [] };
}

function authorizeRead({ region, accountId, authorize }: ServiceContext, principal: Principal, group: string): void {
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${group}`;
  const request = { principal, action: "logs:FilterLogEvents", resource };
  const decision = authorize(request);
  if (!decision.allowed) throw accessDenied(request, decision, 400);
}

/** The older lines first. Throws where no stack has declared the group. */
function findFiles(directory: string, group: string): string[] {
  const path = join(directory, logFileName(group));
  const files = [`${path}.old`, path].filter((file) => existsSync(file));
  if (files.length > 0) return files;
  throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.", { namespace: NAMESPACE });
}

async function* readLines(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files)
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

/** Undefined for a line that is still being written. */
function findTime(line: string): number | undefined {
  try {
    const { time } = JSON.parse(line) as { time?: unknown };
    const timestamp = Date.parse(String(time));
    return Number.isNaN(timestamp) ? undefined : timestamp;
  } catch {
    return undefined;
  }
}

function toEvent(group: string, message: string, timestamp: number, position: number): LogEvent {
  const eventId = createHash("sha256").update(`${group} ${position} ${message}`).digest("hex").slice(0, 56);
  return { logStreamName: "laptop", timestamp, ingestionTime: timestamp, message, eventId };
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "the request"}: ${message}`).join("; ");
}
