import * as z from "zod";

/** What environments.ts says about watching: who is told, and how much is too much. */

const EMAIL = /^[^\s@"<>]{1,64}@([a-z0-9-]+\.)+[a-z]{2,}$/i;

export const email = z.string().regex(EMAIL, "must be an e-mail address");

/**
 * An address with a key in it is a password: whoever reads the repository, or the state, could page people with it. Keys
 * of webhooks are long and mix letters with digits.
 */
function holdsKey(url: URL): boolean {
  const isKey = (part: string) => part.length >= 20 && /[a-z]/i.test(part) && /\d/.test(part);
  return url.username !== "" || url.password !== "" || url.search !== "" || url.pathname.split("/").some(isKey);
}

const subscriber = z.string().superRefine((text, context) => {
  if (EMAIL.test(text)) return;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:") {
    context.addIssue(`"${text}" must be an e-mail address, or an address that begins with https://`);
  } else if (holdsKey(url)) {
    // The text itself stays out of the message: CI's logs are read by many.
    context.addIssue(`the address at ${url.host} holds a key; nothing secret may stand here: subscribe it by hand`);
  }
});

/** CloudWatch takes 1024 characters of a description; the sentence and the section before and after it need 300. */
const MAX_RUNBOOK_URL = 700;

const runbookUrl = z
  .string()
  .max(MAX_RUNBOOK_URL)
  .regex(
    // Neither a user nor a query, which could be keys (threats.md P5); the section is added.
    /^https:\/\/([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?(\/[\w.~%+,()@!-]*)*$/i,
    "must be an https address without user, query or #, like https://github.com/<owner>/<repository>/blob/main/docs/runbook.md",
  );

/** What every system watches; what only one has to watch stands in its own block. */
const thresholds = z
  .strictObject({
    /** Answers of 500 and above, in five minutes. */
    apiErrors: z.int().min(1).default(5),
    /** Milliseconds that 5 % of the answers take or exceed, for 15 minutes. */
    apiLatencyMs: z.int().min(1).max(29_000).default(2000),
    /** Calls of one function that ended in an error, in five minutes: crashes and timeouts, not files it refused. */
    functionErrors: z.int().min(1).default(5),
    /** Calls of one function that found no free place, in five minutes. */
    functionThrottles: z.int().min(1).default(10),
    /** Percent of a distribution's answers that are 500 and above, for 15 minutes. */
    cdnErrorPercent: z.number().gt(0).max(100).default(5),
  })
  .prefault({});

/** An environment's alarms. */
export const alarmSettings = z
  .strictObject({
    /** E-mail addresses and https addresses. Each is asked once to confirm. */
    subscribers: z
      .array(subscriber)
      .min(1, "must name at least one: an alarm that nobody hears is none")
      .max(10)
      .refine((all) => new Set(all).size === all.length, { error: "name each subscriber once" }),
    /** Where docs/runbook.md can be read: alarms then link to their section. @default they name the file */
    runbookUrl: runbookUrl.optional(),
    thresholds,
  })
  .optional();

export type AlarmSettings = NonNullable<z.output<typeof alarmSettings>>;
export type AlarmThresholds = z.output<typeof thresholds>;
