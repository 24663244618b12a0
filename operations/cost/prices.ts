/** Prices change: look at the services' pages before a figure is relied on. */
export const PRICED_IN = "November 2026";
export const PRICED_REGION = "us-east-1";

interface Price {
  /** As its page writes it, the first tier: `$0.20`. */
  readonly dollars: number;
  /** For so many units. */
  readonly per: number;
  readonly unit: string;
  readonly service: string;
  /** A month's first units that cost nothing, for every account and for ever; shared by all that the account runs. */
  readonly free?: number;
  /** On https://aws.amazon.com */
  readonly source: string;
}

const MILLION = 1_000_000;

/**
 * AWS's list prices, US dollars, us-east-1, arm64, first tier, without taxes; the one place where a price stands. Other
 * regions cost more (eu-central-1: S3's requests 8 %, tables 22 %, logs 26 %; South America and Africa up to 80 %). Free: the
 * "always free" offers alone, none that end after a year.
 */
export const PRICES = {
  lambdaArmGbSecond: {
    dollars: 0.0000133334,
    per: 1,
    unit: "GB-seconds",
    service: "Lambda",
    free: 400_000,
    source: "/lambda/pricing/",
  },
  /** Room in /tmp beyond the 512 MB that every function has. */
  lambdaScratchGbSecond: {
    dollars: 0.0000000309,
    per: 1,
    unit: "GB-seconds of /tmp",
    service: "Lambda",
    source: "/lambda/pricing/",
  },
  lambdaRequest: {
    dollars: 0.2,
    per: MILLION,
    unit: "calls",
    service: "Lambda",
    free: MILLION,
    source: "/lambda/pricing/",
  },
  s3Put: { dollars: 0.005, per: 1000, unit: "PUT, POST and LIST requests", service: "S3", source: "/s3/pricing/" },
  s3Get: { dollars: 0.0004, per: 1000, unit: "GET and HEAD requests", service: "S3", source: "/s3/pricing/" },
  s3GbMonth: { dollars: 0.023, per: 1, unit: "GB-months", service: "S3", source: "/s3/pricing/" },
  tableWriteUnit: {
    dollars: 0.625,
    per: MILLION,
    unit: "write units",
    service: "DynamoDB",
    source: "/dynamodb/pricing/on-demand/",
  },
  tableReadUnit: {
    dollars: 0.125,
    per: MILLION,
    unit: "read units",
    service: "DynamoDB",
    source: "/dynamodb/pricing/on-demand/",
  },
  tableGbMonth: {
    dollars: 0.25,
    per: 1,
    unit: "GB-months",
    service: "DynamoDB",
    free: 25,
    source: "/dynamodb/pricing/on-demand/",
  },
  tableBackupGbMonth: {
    dollars: 0.2,
    per: 1,
    unit: "GB-months of point-in-time recovery",
    service: "DynamoDB",
    source: "/dynamodb/pricing/on-demand/",
  },
  queueRequest: {
    dollars: 0.4,
    per: MILLION,
    unit: "requests",
    service: "SQS",
    free: MILLION,
    source: "/sqs/pricing/",
  },
  httpApiRequest: {
    dollars: 1,
    per: MILLION,
    unit: "requests",
    service: "API Gateway",
    source: "/api-gateway/pricing/",
  },
  cdnRequest: {
    dollars: 1,
    per: MILLION,
    unit: "HTTPS requests",
    service: "CloudFront",
    free: 10 * MILLION,
    source: "/cloudfront/pricing/",
  },
  cdnGigabyte: {
    dollars: 0.085,
    per: 1,
    unit: "GB to viewers",
    service: "CloudFront",
    free: 1024,
    source: "/cloudfront/pricing/",
  },
  logGigabyte: {
    dollars: 0.5,
    per: 1,
    unit: "GB of log",
    service: "CloudWatch",
    free: 5,
    source: "/cloudwatch/pricing/",
  },
  alarm: {
    dollars: 0.1,
    per: 1,
    unit: "metrics that alarms watch",
    service: "CloudWatch",
    free: 10,
    source: "/cloudwatch/pricing/",
  },
  dashboard: { dollars: 3, per: 1, unit: "dashboards", service: "CloudWatch", free: 3, source: "/cloudwatch/pricing/" },
  metric: {
    dollars: 0.3,
    per: 1,
    unit: "metrics of our own",
    service: "CloudWatch",
    free: 10,
    source: "/cloudwatch/pricing/",
  },
  trace: { dollars: 5, per: MILLION, unit: "traces", service: "X-Ray", free: 100_000, source: "/xray/pricing/" },
} as const satisfies Readonly<Record<string, Price>>;

export type Unit = keyof typeof PRICES;
export const UNITS = Object.keys(PRICES) as Unit[];

export function priceOf(unit: Unit): Price {
  return PRICES[unit];
}
