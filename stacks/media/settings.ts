import * as z from "zod";
import type { EnvironmentBase } from "../support/environment.ts";
import {
  apiFunction,
  domainPair,
  keptDays,
  MEGABYTE,
  memoryMb,
  throttle,
  timeoutSeconds,
  uploadBytes,
  uploadUrlSeconds,
  worker,
} from "../support/fields.ts";

/** The block `media` of an environment in environments.ts: every field with its unit, range and default. */
export const mediaSettings = z
  .strictObject({
    /** Custom names and their certificate. @default CloudFront's own names */
    domain: domainPair.optional(),
    retention: z
      .strictObject({
        /** Days until an uploaded source is deleted. */
        sourceDays: keptDays.default(30),
        /** Days until a replaced or deleted source is gone for good. */
        noncurrentSourceDays: keptDays.default(7),
        /** Days until a job's record is forgotten. */
        jobDays: keptDays.default(90),
        /** Days until a rendition is deleted. @default never */
        renditionDays: keptDays.optional(),
      })
      .prefault({}),
    throttle,
    /** How much is too much, beside what every system watches (`alarms.thresholds`). */
    thresholds: z
      .strictObject({
        /**
         * Seconds that the oldest message of a queue has waited. A message whose worker died before it could say when it is to
         * come back is hidden for six times the function's timeout: the defaults are above one such time.
         */
        resizeQueueSeconds: z.int().min(60).default(900),
        convertQueueSeconds: z.int().min(60).default(7200),
        /** Jobs given up after their message failed too often, in an hour. */
        jobsGivenUp: z.int().min(1).default(1),
      })
      .prefault({}),
    limits: z
      .strictObject({
        imageBytes: uploadBytes.default(50 * MEGABYTE),
        videoBytes: uploadBytes.default(500 * MEGABYTE),
        audioBytes: uploadBytes.default(200 * MEGABYTE),
        /** The longest film. What fits but cannot be encoded within convert's timeout ends as TIMEOUT. */
        durationSeconds: z.int().min(1).max(36_000).default(3600),
        /** The longest sound, an audiobook say: what convert's timeout leaves room for (docs/presets.md). */
        audioDurationSeconds: z.int().min(1).max(86_400).default(14_400),
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
        urlSeconds: uploadUrlSeconds.default(300),
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
            /** One vCPU: a sweep ends as many jobs as it can sign requests for. @default 1769 */
            memoryMb: memoryMb.default(1769),
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
  });

export type MediaSettings = z.output<typeof mediaSettings>;
/** An environment as this system sees it: what all have in common, and its own block. */
export type MediaEnvironment = EnvironmentBase & MediaSettings;
