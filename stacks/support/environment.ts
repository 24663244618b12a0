import * as z from "zod";
import { MAX_UPLOAD_BYTES } from "../../contracts/limits.ts";
import { alarmSettings } from "./alarm-settings.ts";
import { ConfigurationError, type Problem } from "./errors.ts";

/** The form of an entry in environments.ts: every field with its unit, range and default. */

export const ENVIRONMENT_NAMES = ["dev", "staging", "prod"] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

const MEGABYTE = 1_000_000;
/** CloudWatch Logs takes no other number: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
/** A Lambda runs 15 minutes at most. */
const MAX_TIMEOUT_SECONDS = 900;
/** A signature made with a role's own credentials dies with them; five minutes is ours (security.md U3). */
const MAX_UPLOAD_URL_SECONDS = 300;

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

const origin = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (text.includes("*")) {
    context.addIssue(`"${text}" holds a wildcard; name each origin exactly`);
  } else if (url?.origin !== text) {
    context.addIssue(`"${text}" is not an origin; write scheme and host only, like "https://app.example.com"`);
  } else if (url.protocol !== "https:" && !LOOPBACK_HOSTS.includes(url.hostname)) {
    context.addIssue(`"${text}" must be https; plain http is for this computer (${LOOPBACK_HOSTS.join(", ")}) alone`);
  }
});

const hostName = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "must be a host name in lower case, like media.example.com");

const domain = z.strictObject({
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
});

const domainPair = domain.refine((it) => it.cdn !== it.site, {
  path: ["site"],
  error: "must differ from cdn: page and renditions are served apart, so that no rendition shares the page's origin",
});

const timeoutSeconds = z.int().min(1).max(MAX_TIMEOUT_SECONDS);
/** Places that only this function may use, and no more than those; unset: it shares the account's. */
const reservedConcurrency = z.int().min(1).max(1000).optional();

/** AWS takes 128 to 10 240 MB; 1769 MB are one vCPU. */
const memoryMb = z.int().min(128).max(10_240);

const apiFunction = z.strictObject({
  /** A short call that waits for DynamoDB: more buys nothing but a faster cold start. @default 1024 */
  memoryMb: memoryMb.default(1024),
  /** HTTP APIs give up after 30 s. @default 10 */
  timeoutSeconds: timeoutSeconds.max(29).default(10),
  reservedConcurrency,
});

function worker(defaults: { memoryMb: number; timeoutSeconds: number; maximumConcurrency: number }) {
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

const environment = z
  .strictObject({
    /** The AWS account; Terraform refuses to touch another. */
    accountId: z.string().regex(/^\d{12}$/, "must be 12 digits"),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region, like eu-central-1"),
    /** Pages that may use this environment, beside its own. Exact origins; one list for bucket, API and CDN (A5). */
    origins: z.array(origin).max(90).default([]),
    /**
     * What the page may load and call besides its own AWS addresses (Content-Security-Policy sources).
     * @default none
     */
    pageSources: z
      .array(z.string().regex(/^https?:\/\/[a-z0-9.*-]+(:(\d+|\*))?$/, "must be a CSP source, like http://127.0.0.1:*"))
      .default([]),
    /** Custom names and their certificate. @default CloudFront's own names */
    domain: domainPair.optional(),
    /** Buckets and table cannot be destroyed, by Terraform or otherwise. */
    isProtected: z.boolean(),
    /** Where CloudFront serves from. @default PriceClass_100: Europe and North America */
    priceClass: z.enum(["PriceClass_100", "PriceClass_200", "PriceClass_All"]).default("PriceClass_100"),
    retention: z
      .strictObject({
        /** Days until an uploaded source is deleted. */
        sourceDays: z.int().min(1).max(3650).default(30),
        /** Days until a replaced or deleted source is gone for good. */
        noncurrentSourceDays: z.int().min(1).max(3650).default(7),
        /** Days until a job's record is forgotten. */
        jobDays: z.int().min(1).max(3650).default(90),
        /** Days until a rendition is deleted. @default never */
        renditionDays: z.int().min(1).max(3650).optional(),
        logDays: z.literal(LOG_RETENTION_DAYS).default(30),
      })
      .prefault({}),
    /** Requests to the API, all callers together; more are answered 429. */
    throttle: z
      .strictObject({
        requestsPerSecond: z.int().min(1).max(10_000).default(100),
        burst: z.int().min(1).max(5_000).default(200),
      })
      .prefault({}),
    /** Who is told when something is wrong. @default nobody watches, and no alarm is paid for */
    alarms: alarmSettings,
    limits: z
      .strictObject({
        imageBytes: z
          .int()
          .min(1)
          .max(MAX_UPLOAD_BYTES)
          .default(50 * MEGABYTE),
        videoBytes: z
          .int()
          .min(1)
          .max(MAX_UPLOAD_BYTES)
          .default(500 * MEGABYTE),
        audioBytes: z
          .int()
          .min(1)
          .max(MAX_UPLOAD_BYTES)
          .default(200 * MEGABYTE),
        /** The longest recording. What fits but cannot be encoded within convert's timeout ends as TIMEOUT. */
        durationSeconds: z.int().min(1).max(36_000).default(3600),
      })
      .prefault({}),
    images: z
      .strictObject({
        /** Pixels, ascending. */
        widths: z.array(z.int().min(16).max(4096)).min(1).max(8).default([150, 320, 640, 1024]),
        /** Avif beside webp: smaller files for about 1.4 times the price of a job. */
        avif: z.boolean().default(false),
        /** HEIC photos are read. HEVC, which they hold, is covered by patents: ask your lawyer, not this default. */
        heic: z.boolean().default(true),
      })
      .prefault({}),
    uploads: z
      .strictObject({
        urlSeconds: z.int().min(1).max(MAX_UPLOAD_URL_SECONDS).default(300),
        /** A job whose file never came is EXPIRED this long after it was made. */
        abandonedAfterSeconds: z.int().min(1).max(604_800).default(3600),
      })
      .prefault({}),
    functions: z
      .strictObject({
        presign: apiFunction.prefault({}),
        status: apiFunction.prefault({}),
        // 250 MB are measured over 200 warm mixed images, and a picture that needs more than there is is refused by its
        // header: the rest buys the whole vCPU, at the same price per job and the shortest wait.
        resize: worker({ memoryMb: 1769, timeoutSeconds: 60, maximumConcurrency: 10 }).prefault({}),
        // The most that a new account may ask for. x264's two threads need 335 MB and would keep 3538 MB's two vCPUs busy.
        convert: worker({ memoryMb: 3008, timeoutSeconds: 900, maximumConcurrency: 5 }).prefault({}),
        settle: z
          .strictObject({
            /** A few conditional writes per call, nobody waits for it. @default 512 */
            memoryMb: memoryMb.default(512),
            timeoutSeconds: timeoutSeconds.default(60),
            /** How often abandoned uploads are looked for. */
            everyMinutes: z.int().min(1).max(1440).default(5),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .superRefine((it, context) => {
    const { urlSeconds, abandonedAfterSeconds } = it.uploads;
    if (abandonedAfterSeconds <= urlSeconds) {
      context.addIssue({
        code: "custom",
        path: ["uploads", "abandonedAfterSeconds"],
        message: `is ${abandonedAfterSeconds}, but the upload's address works for ${urlSeconds} seconds`,
      });
    }
    const { widths } = it.images;
    if (widths.some((width, index) => index > 0 && width <= (widths[index - 1] ?? 0))) {
      context.addIssue({ code: "custom", path: ["images", "widths"], message: "must ascend, each width once" });
    }
    if (new Set(it.origins).size !== it.origins.length) {
      context.addIssue({ code: "custom", path: ["origins"], message: "name each origin once" });
    }
  });

/** As it is written: fields with a default may be left out. */
export type EnvironmentInput = z.input<typeof environment>;
export type Environment = z.output<typeof environment> & { readonly name: EnvironmentName };

/**
 * Checks every entry and throws one ConfigurationError that names every problem with its field's path:
 * `prod.origins.0: …`.
 */
export function parseEnvironments<Name extends EnvironmentName>(
  entries: Readonly<Record<Name, EnvironmentInput>>,
): Record<Name, Environment> {
  const problems: Problem[] = [];
  const parsed: Partial<Record<Name, Environment>> = {};
  for (const name of Object.keys(entries) as Name[]) {
    const result = environment.safeParse(entries[name]);
    if (result.success) parsed[name] = { ...result.data, name };
    else problems.push(...result.error.issues.map((issue) => toProblem(name, issue)));
    problems.push(...listNameProblems(name, entries[name]));
  }
  if (problems.length > 0) throw new ConfigurationError("environments.ts cannot be used:", problems);
  return parsed as Record<Name, Environment>;
}

function toProblem(name: EnvironmentName, issue: z.core.$ZodIssue): Problem {
  return { path: [name, ...issue.path].join("."), message: issue.message };
}

/** What follows from an environment's name. */
function listNameProblems(name: EnvironmentName, entry: EnvironmentInput): Problem[] {
  const isUnprotectedProd = name === "prod" && entry.isProtected === false;
  return isUnprotectedProd
    ? [{ path: "prod.isProtected", message: "must be true: prod holds people's files (security.md P4, P6)" }]
    : [];
}
