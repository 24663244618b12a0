import { Cron } from "croner";

/** When a rule is due. */
export interface Cadence {
  /** The first time after `now`, both milliseconds since 1970; undefined where there is none any more. */
  nextAfter(now: number): number | undefined;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * EventBridge's `rate(5 minutes)` and `cron(0 12 * * ? *)`, in UTC. Throws for anything else, and says what is expected.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseScheduleExpression(expression: string): Cadence {
  const [, rate] = /^rate\((.+)\)$/.exec(expression) ?? [];
  if (rate !== undefined) return parseRate(expression, rate);
  const [, cron] = /^cron\((.+)\)$/.exec(expression) ?? [];
  if (cron !== undefined) return parseCron(expression, cron);
  throw refused(expression, "expected rate(<number> <unit>) or cron(<six fields>)");
}

/**
 * Counted from 1970 and not from the rule's creation, so that a laptop that is restarted every few minutes is not for
 * ever at the beginning of its first period.
 */
function parseRate(expression: string, text: string): Cadence {
  const [, number = "", unit = "", plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text) ?? [];
  const one = Number(number) === 1;
  if (unit === "" || one === (plural === "s"))
    throw refused(expression, 'expected a whole number and "minute", "hour" or "day", plural unless the number is 1');
  const periodMs = Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return { nextAfter: (now) => (Math.floor(now / periodMs) + 1) * periodMs };
}

/** AWS: minutes, hours, day of month, month, day of week (1 is Sunday), year; one of the two days must be `?`. */
function parseCron(expression: string, text: string): Cadence {
  const fields = text.split(/\s+/);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if (fields.length !== 6) throw refused(expression, `expected six fields, found ${fields.length}`);
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    throw refused(expression, "exactly one of day-of-month and day-of-week must be ?");
  try {
    const options = {
      timezone: "UTC",
      paused: true,
      mode: "7-part",
      alternativeWeekdays: true,
      sloppyRanges: true,
    } as const;
    // To croner ? is a star that takes part in its either-day rule; a plain star stays out of it.
    const cron = new Cron(`0 ${fields.join(" ").replace("?", "*")}`, options);
    return { nextAfter: (now) => cron.nextRun(new Date(now))?.getTime() };
  } catch (error) {
    throw refused(expression, error instanceof Error ? error.message : String(error));
  }
}

function refused(expression: string, reason: string): Error {
  return new Error(`The schedule expression "${expression}" cannot be honoured: ${reason}.`);
}
