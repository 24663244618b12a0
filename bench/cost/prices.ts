/**
 * AWS's list prices in us-east-1, US dollars, without free tiers; written down in November 2026. Look at the services'
 * price pages before a figure is relied on: other regions cost up to a fifth more (eu-central-1: S3 8 %, tables 22 %).
 */
export const PRICES = {
  lambdaArmGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1_000_000,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  tableWriteUnit: 0.625 / 1_000_000,
  tableReadUnit: 0.125 / 1_000_000,
  queueRequest: 0.4 / 1_000_000,
  httpApiRequest: 1 / 1_000_000,
  logGigabyte: 0.5,
  trace: 5 / 1_000_000,
} as const;

/** SQS's own price list begins with a million requests a month that cost nothing, for every account and for ever. */
export const FREE_QUEUE_REQUESTS_A_MONTH = 1_000_000;
