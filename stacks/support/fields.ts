import * as z from "zod";
import { MAX_UPLOAD_BYTES } from "../../contracts/media/limits.ts";

/** Fields that the settings of several systems have in common, each with its unit, range and source. */

export const MEGABYTE = 1_000_000;
/** A Lambda runs 15 minutes at most. */
const MAX_TIMEOUT_SECONDS = 900;
/** A signature made with a role's own credentials dies with them; five minutes is ours (threats.md U3). */
const MAX_UPLOAD_URL_SECONDS = 300;

/** Days that something is kept, ten years at most. */
export const keptDays = z.int().min(1).max(3650);
/** Of one upload. */
export const uploadBytes = z.int().min(1).max(MAX_UPLOAD_BYTES);
/** How long an upload's address works. */
export const uploadUrlSeconds = z.int().min(1).max(MAX_UPLOAD_URL_SECONDS);

const hostName = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "must be a host name in lower case, like media.example.com");

/** Custom names of a CDN and a page, and the certificate of both. */
export const domainPair = z
  .strictObject({
    /** Host name of the renditions. */
    cdn: hostName,
    /** Host name of the page. */
    site: hostName,
    /** One certificate for both names. CloudFront takes certificates of us-east-1 only. */
    certificateArn: z
      .string()
      .regex(
        /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/,
        "must be the ARN of a certificate in us-east-1",
      ),
  })
  .refine((it) => it.cdn !== it.site, {
    path: ["site"],
    error: "must differ from cdn: page and renditions are served apart, so that no rendition shares the page's origin",
  });

/** Requests to an API, all callers together; more are answered 429. */
export const throttle = z
  .strictObject({
    requestsPerSecond: z.int().min(1).max(10_000).default(100),
    burst: z.int().min(1).max(5_000).default(200),
  })
  .prefault({});

export const timeoutSeconds = z.int().min(1).max(MAX_TIMEOUT_SECONDS);
/** Places that only this function may use, and no more than those; unset: it shares the account's. */
const reservedConcurrency = z.int().min(1).max(1000).optional();
/** AWS takes 128 to 10 240 MB; 1769 MB are one vCPU. */
export const memoryMb = z.int().min(128).max(10_240);

/** A function behind an API. */
export const apiFunction = z.strictObject({
  /** A short call that waits for DynamoDB: more buys nothing but a faster cold start. @default 1024 */
  memoryMb: memoryMb.default(1024),
  /** HTTP APIs give up after 30 s. @default 10 */
  timeoutSeconds: timeoutSeconds.max(29).default(10),
  reservedConcurrency,
});

/** A function behind a queue. */
export function worker(defaults: { memoryMb: number; timeoutSeconds: number; maximumConcurrency: number }) {
  return z
    .strictObject({
      /** What a file may need, and how fast it is done: vCPUs and the encoder's threads follow. */
      memoryMb: memoryMb.default(defaults.memoryMb),
      timeoutSeconds: timeoutSeconds.default(defaults.timeoutSeconds),
      /** Files processed at once. AWS takes 2 to 1000. */
      maximumConcurrency: z.int().min(2).max(1000).default(defaults.maximumConcurrency),
      reservedConcurrency,
    })
    .refine((it) => it.reservedConcurrency === undefined || it.reservedConcurrency >= it.maximumConcurrency, {
      error: "reservedConcurrency must not be smaller than maximumConcurrency: the queue would be throttled",
    });
}
