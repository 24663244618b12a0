import * as z from "zod";
import { AwsError } from "../../protocol/aws-json/aws-error.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import { type LogEvent, readEvents, STREAM } from "./log-events.ts";
import { type LogGroup, type LogGroups, NAMESPACE } from "./log-groups.ts";

/** CloudWatch's own page. */
const MAX_EVENTS = 10_000;

export interface LogsCall {
  readonly groups: LogGroups;
  /** `arn:aws:logs:eu-central-1:111122223333:log-group:` */
  readonly arnPrefix: string;
  /** Throws AccessDenied unless the caller may do this to the resource. */
  requireAccess(action: string, resource: string): void;
}

const groupName = z.string().regex(/^[A-Za-z0-9_/.#-]{1,512}$/, "must be a log group's name");
const namedGroup = { logGroupName: groupName.optional(), logGroupIdentifier: z.string().max(2048).optional() };
const time = z.int().min(0);
const limit = (max: number) => z.int().min(1).max(max).default(max);
/** How many the pages before have shown. */
const pageToken = z
  .string()
  .regex(/^\d{1,12}$/, "is none that was handed out")
  .default("0");

type Operation = (call: LogsCall, input: unknown) => Promise<object>;

function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (call: LogsCall, input: z.output<Schema>) => Promise<object>,
): Operation {
  return async (call, input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(call, parsed.data);
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the request"}: ${message}`);
    throw invalidParameter(issues.join("; "));
  };
}

const describeLogGroups = operation(
  z.strictObject({
    logGroupNamePrefix: groupName.optional(),
    /** Anywhere in the name. */
    logGroupNamePattern: groupName.optional(),
    limit: limit(50),
    nextToken: pageToken,
  }),
  async ({ groups, arnPrefix, requireAccess }, { logGroupNamePrefix = "", logGroupNamePattern = "", ...page }) => {
    requireAccess("DescribeLogGroups", `${arnPrefix}:log-stream:`);
    const wanted = ({ name }: LogGroup) => name.startsWith(logGroupNamePrefix) && name.includes(logGroupNamePattern);
    const found = groups.list().filter(wanted);
    const end = Number(page.nextToken) + page.limit;
    const logGroups = found.slice(Number(page.nextToken), end).map((group) => {
      const { createdAt, storedBytes } = groups.describe(group);
      const arn = arnPrefix + group.name;
      return {
        ...{ logGroupName: group.name, creationTime: createdAt, metricFilterCount: 0, storedBytes },
        ...{ arn: `${arn}:*`, logGroupArn: arn, logGroupClass: "STANDARD" },
        ...(group.retentionDays ? { retentionInDays: group.retentionDays } : {}),
      };
    });
    return { logGroups, ...(found.length > end && { nextToken: String(end) }) };
  },
);

const describeLogStreams = operation(
  z.strictObject({
    ...namedGroup,
    logStreamNamePrefix: z.string().optional(),
    // There is one at most, so its order and pages are always these.
    orderBy: z.enum(["LogStreamName", "LastEventTime"]).optional(),
    descending: z.boolean().optional(),
    limit: limit(50),
    nextToken: pageToken,
  }),
  async (call, { logStreamNamePrefix = "", ...input }) => {
    const group = requireGroup(call, "DescribeLogStreams", input);
    let [first, last]: (number | undefined)[] = [];
    for await (const { timestamp } of readEvents(group.name, call.groups.findFiles(group))) {
      first ??= timestamp;
      last = timestamp;
    }
    if (first === undefined || !STREAM.startsWith(logStreamNamePrefix)) return { logStreams: [] };
    const { createdAt } = call.groups.describe(group);
    const stream = {
      ...{ logStreamName: STREAM, creationTime: createdAt, storedBytes: 0 },
      ...{ firstEventTimestamp: first, lastEventTimestamp: last, lastIngestionTime: last },
      arn: `${call.arnPrefix}${group.name}:log-stream:${STREAM}`,
    };
    return { logStreams: [stream] };
  },
);

const filterLogEvents = operation(
  z.strictObject({
    ...namedGroup,
    logStreamNames: z.array(z.string()).min(1).max(100).optional(),
    logStreamNamePrefix: z.string().optional(),
    filterPattern: z.string().max(1024).default(""),
    /** Milliseconds since 1970, both inclusive. */
    startTime: time.default(0),
    endTime: time.default(Number.MAX_SAFE_INTEGER),
    limit: limit(MAX_EVENTS),
    nextToken: pageToken,
    // There is one stream, so its lines are in order whatever this says; clients still send it.
    interleaved: z.boolean().optional(),
  }),
  async (call, input) => {
    const group = requireGroup(call, "FilterLogEvents", input);
    const isWanted = parseFilterPattern(input.filterPattern);
    const skipped = Number(input.nextToken);
    let matched = 0;
    const events: object[] = [];
    const names = input.logStreamNames ?? [STREAM];
    const isRead = names.includes(STREAM) && STREAM.startsWith(input.logStreamNamePrefix ?? "");
    for await (const event of readEvents(group.name, isRead ? call.groups.findFiles(group) : [])) {
      const { timestamp, message } = event;
      if (timestamp < input.startTime || timestamp > input.endTime || !isWanted(message)) continue;
      matched += 1;
      if (matched <= skipped) continue;
      if (events.length === input.limit)
        return { events, nextToken: String(skipped + input.limit), searchedLogStreams: [] };
      events.push({ logStreamName: STREAM, ingestionTime: timestamp, ...event });
    }
    return { events, searchedLogStreams: [] };
  },
);

const getLogEvents = operation(
  z.strictObject({
    ...namedGroup,
    logStreamName: z.string().min(1).max(512),
    startTime: time.default(0),
    /** Exclusive, other than FilterLogEvents'. */
    endTime: time.default(Number.MAX_SAFE_INTEGER),
    limit: limit(MAX_EVENTS),
    startFromHead: z.boolean().default(false),
    /** Forward from the n-th event, or backward from before it. */
    nextToken: z
      .string()
      .regex(/^[fb]\/\d{1,12}$/, "is none that was handed out")
      .optional(),
  }),
  async (call, input) => {
    const stream = `:log-stream:${input.logStreamName}`;
    const group = requireGroup(call, "GetLogEvents", input, stream);
    if (input.logStreamName !== STREAM)
      throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.", {
        namespace: NAMESPACE,
      });
    const found: LogEvent[] = [];
    for await (const event of readEvents(group.name, call.groups.findFiles(group)))
      if (event.timestamp >= input.startTime && event.timestamp < input.endTime) found.push(event);
    const [start, end] = findPage(found.length, input);
    return {
      events: found
        .slice(start, end)
        .map(({ timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
      nextForwardToken: `f/${end}`,
      nextBackwardToken: `b/${start}`,
    };
  },
);

function findPage(
  count: number,
  page: { readonly nextToken?: string | undefined; readonly limit: number; readonly startFromHead: boolean },
): [number, number] {
  const [direction = page.startFromHead ? "f" : "b", position = page.startFromHead ? "0" : String(count)] =
    page.nextToken?.split("/") ?? [];
  const at = Math.min(Number(position), count);
  return direction === "f" ? [at, Math.min(at + page.limit, count)] : [Math.max(at - page.limit, 0), at];
}

/** The group that is named, by name or ARN, once the caller may do this to it. */
function requireGroup(
  { groups, arnPrefix, requireAccess }: LogsCall,
  action: string,
  named: { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined },
  stream = "",
): LogGroup {
  const { logGroupName, logGroupIdentifier } = named;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw invalidParameter("either logGroupName or logGroupIdentifier is expected");
  const name = logGroupName ?? logGroupIdentifier?.replace(arnPrefix, "").replace(/:\*$/, "") ?? "";
  requireAccess(action, arnPrefix + name + stream);
  return groups.get(name);
}

function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message, { namespace: NAMESPACE });
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
};
