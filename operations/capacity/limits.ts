/** When the pages were read, in copies of 2025 and 2026 unless a row says otherwise. They change: look before you rely on one. */
export const LIMITS_SEEN_ON = "2026-11-26";

/**
 * - `AWS`: hard, for everybody.
 * - `quota`: of account and Region; Service Quotas raises it.
 * - `setting`: follows a setting of ours.
 * - `ramp`: AWS's, and grows by itself under load that stays; until then it holds.
 */
export type LimitKind = "AWS" | "quota" | "setting" | "ramp";

export interface Limit {
  readonly what: string;
  readonly unit: string;
  /** Undefined: ours, or no page publishes one. */
  readonly value?: number;
  readonly kind: LimitKind;
  /** What moves it, beside a quota. */
  readonly movedBy: string;
  /** Of Service Quotas. */
  readonly quotaCode?: string;
  /** Where it differs. */
  readonly regions?: Readonly<Record<string, number>>;
  /** A new account has less. */
  readonly isLessInNewAccounts?: true;
  readonly source: string;
  /** D: AWS's own page or SDK model; R: reported by others; M: from memory, to be checked before it is relied on. */
  readonly confidence: "D" | "R" | "M";
}

const AWS_DOCS = "https://docs.aws.amazon.com";
const LAMBDA = `${AWS_DOCS}/lambda/latest/dg`;
const DYNAMODB = `${AWS_DOCS}/amazondynamodb/latest/developerguide`;
const API_GATEWAY = `${AWS_DOCS}/apigateway/latest/developerguide/limits.html`;
const QUEUES = `${AWS_DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide`;
const CLOUDFRONT = `${AWS_DOCS}/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html`;

function inEach(regions: string, value: number): Readonly<Record<string, number>> {
  return Object.fromEntries(regions.split(" ").map((region) => [region, value]));
}

const SMALL_API_REGIONS =
  "af-south-1 eu-south-1 eu-south-2 eu-central-2 il-central-1 me-central-1 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ap-south-2 ca-west-1 mx-central-1";

/** Every limit that a request or a job of our stacks meets; the one place where a figure of AWS's stands. */
export const LIMITS = {
  "apigw.stage.rate": {
    what: "requests to one API; more are answered 429",
    unit: "requests/s",
    kind: "setting",
    movedBy: "the stage's throttle",
    source: API_GATEWAY,
    confidence: "D",
  },
  "apigw.account.rps": {
    what: "requests to all APIs of the account together",
    unit: "requests/s",
    value: 10_000,
    kind: "quota",
    movedBy: "",
    quotaCode: "L-8A5B8E43",
    regions: inEach(SMALL_API_REGIONS, 2500),
    source: API_GATEWAY,
    confidence: "D",
  },
  "apigw.account.burst": {
    what: "bucket behind it: what may come at once",
    unit: "requests",
    value: 5000,
    kind: "AWS",
    movedBy: "follows the rate; cannot be asked for",
    regions: inEach(SMALL_API_REGIONS, 1250),
    source: API_GATEWAY,
    confidence: "D",
  },
  "lambda.account.concurrency": {
    what: "calls at once, all functions of the account together",
    unit: "places",
    value: 1000,
    kind: "quota",
    movedBy: "",
    quotaCode: "L-B99A9384",
    isLessInNewAccounts: true,
    source: `${LAMBDA}/gettingstarted-limits.html`,
    confidence: "D",
  },
  "lambda.reserved": {
    what: "calls at once of one function that has places of its own",
    unit: "places",
    kind: "setting",
    movedBy: "the function's reserved concurrency; 100 of the account's places must stay unreserved",
    source: `${LAMBDA}/lambda-concurrency.html`,
    confidence: "D",
  },
  "lambda.rps": {
    what: "calls a second for each place that a function may have",
    unit: "calls/s",
    value: 10,
    kind: "AWS",
    movedBy: "more places",
    source: `${LAMBDA}/lambda-concurrency.html`,
    confidence: "D",
  },
  "lambda.scaling": {
    what: "new places of one function in ten seconds; until then calls wait or are answered 429",
    unit: "places",
    value: 1000,
    kind: "ramp",
    movedBy: "time; provisioned concurrency",
    source: `${LAMBDA}/scaling-behavior.html`,
    confidence: "D",
  },
  "esm.maximumConcurrency": {
    what: "batches of one queue that are worked on at once, by the mapping's setting (2 to 1 000)",
    unit: "places",
    value: 1000,
    kind: "setting",
    movedBy: "the mapping's maximum concurrency",
    source: `${LAMBDA}/services-sqs-scaling.html`,
    confidence: "D",
  },
  "esm.max": {
    what: "the same without the setting (older pages: 1 000)",
    unit: "places",
    value: 1250,
    kind: "AWS",
    movedBy: "more queues, or provisioned pollers",
    source: `${LAMBDA}/services-sqs-scaling.html`,
    confidence: "D",
  },
  "esm.ramp": {
    what: "more batches at once, a minute, after the first five",
    unit: "places",
    value: 300,
    kind: "ramp",
    movedBy: "time; provisioned pollers grow by 1 000 a minute",
    source: `${LAMBDA}/services-sqs-scaling.html`,
    confidence: "D",
  },
  "sqs.inflight": {
    what: "messages received and not yet deleted; beyond it a poller gets nothing, and no error",
    unit: "messages",
    value: 120_000,
    kind: "quota",
    movedBy: "support, or more queues",
    source: `${QUEUES}/quotas-queues.html`,
    confidence: "D",
  },
  "sqs.ops": {
    what: "sends, receives and deletes of a standard queue",
    unit: "calls/s",
    kind: "AWS",
    movedBy: "“nearly unlimited”, says the page, without a number",
    source: `${QUEUES}/quotas-messages.html`,
    confidence: "D",
  },
  "s3.write": {
    what: "PUT, POST, COPY, DELETE on one partitioned prefix; beyond it 503 until S3 has split (30 to 60 min, R)",
    unit: "requests/s",
    value: 3500,
    kind: "ramp",
    movedBy: "load that stays, where keys differ early; support splits beforehand",
    source: "https://repost.aws/knowledge-center/http-5xx-errors-s3",
    confidence: "D",
  },
  "s3.read": {
    what: "GET and HEAD on one partitioned prefix; the same",
    unit: "requests/s",
    value: 5500,
    kind: "ramp",
    movedBy: "load that stays, where keys differ early; support splits beforehand",
    source: "https://repost.aws/knowledge-center/http-5xx-errors-s3",
    confidence: "D",
  },
  "s3.notify": {
    what: "events that a bucket sends; they come within seconds, sometimes a minute or longer",
    unit: "events/s",
    kind: "AWS",
    movedBy: "",
    source: `${AWS_DOCS}/AmazonS3/latest/userguide/EventNotifications.html`,
    confidence: "D",
  },
  "ddb.partition.write": {
    what: "one partition of a table or index; one hash value never has more, where its sort key only grows",
    unit: "write units/s",
    value: 1000,
    kind: "AWS",
    movedBy: "more hash values",
    source: `${DYNAMODB}/throttling-key-range-limit-exceeded-mitigation.html`,
    confidence: "D",
  },
  "ddb.partition.read": {
    what: "the same, reading",
    unit: "read units/s",
    value: 3000,
    kind: "AWS",
    movedBy: "more hash values",
    source: `${DYNAMODB}/throttling-key-range-limit-exceeded-mitigation.html`,
    confidence: "D",
  },
  "ddb.ondemand.start.write": {
    what: "a new table or index that is paid per request; then twice its highest peak within half an hour",
    unit: "write units/s",
    value: 4000,
    kind: "ramp",
    movedBy: "half an hour's ramp, or warm throughput (API; not in provider 5.100.0)",
    source: `${DYNAMODB}/on-demand-capacity-mode.html`,
    confidence: "D",
  },
  "ddb.ondemand.start.read": {
    what: "the same, reading",
    unit: "read units/s",
    value: 12_000,
    kind: "ramp",
    movedBy: "half an hour's ramp, or warm throughput (API; not in provider 5.100.0)",
    source: `${DYNAMODB}/on-demand-capacity-mode.html`,
    confidence: "D",
  },
  "ddb.table.write": {
    what: "one table, and each index by itself (more in us-east-1, M)",
    unit: "write units/s",
    value: 40_000,
    kind: "quota",
    movedBy: "",
    source: `${DYNAMODB}/ServiceQuotas.html`,
    confidence: "D",
  },
  "ddb.table.read": {
    what: "the same, reading",
    unit: "read units/s",
    value: 40_000,
    kind: "quota",
    movedBy: "",
    source: `${DYNAMODB}/ServiceQuotas.html`,
    confidence: "D",
  },
  "cf.rps": {
    what: "requests to one distribution",
    unit: "requests/s",
    value: 250_000,
    kind: "quota",
    movedBy: "not for flat-rate plans",
    source: CLOUDFRONT,
    confidence: "D",
  },
  "cf.bytes": {
    what: "bytes of one distribution (150 Gbit/s)",
    unit: "bytes/s",
    value: 150e9 / 8,
    kind: "quota",
    movedBy: "not for flat-rate plans",
    source: CLOUDFRONT,
    confidence: "D",
  },
  "xray.segments": {
    what: "segments in a Region; more are lost, and no request with them",
    unit: "segments/s",
    value: 2600,
    kind: "quota",
    movedBy: "or tracing off",
    source: `${AWS_DOCS}/general/latest/gr/xray.html`,
    confidence: "R",
  },
  "logs.put": {
    what: "PutLogEvents of an account: 5 000 calls/s; whether Lambda's own delivery counts, no page says",
    unit: "calls/s",
    kind: "quota",
    movedBy: "",
    quotaCode: "L-7E1FAE88",
    source: `${AWS_DOCS}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`,
    confidence: "D",
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitId = keyof typeof LIMITS;
export const LIMIT_IDS = Object.keys(LIMITS) as LimitId[];

export function getLimit(id: LimitId): Limit {
  return LIMITS[id];
}

/** What an account has really been given, by quota code. */
export type AppliedQuotas = Readonly<Record<string, number>>;

/** In a Region, as applied where that is known; undefined where no page publishes it. */
export function findValue(id: LimitId, region: string, applied: AppliedQuotas = {}): number | undefined {
  const { value, regions, quotaCode }: Limit = LIMITS[id];
  return (quotaCode === undefined ? undefined : applied[quotaCode]) ?? regions?.[region] ?? value;
}

/** For limits that have one. */
export function requireValue(id: LimitId, region: string, applied: AppliedQuotas = {}): number {
  const value = findValue(id, region, applied);
  if (value === undefined) throw new Error(`operations/capacity/limits.ts has no value for ${id}.`);
  return value;
}
