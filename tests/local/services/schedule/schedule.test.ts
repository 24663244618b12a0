import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Principal } from "../../../../local/service.ts";
import { Schedule } from "../../../../local/services/schedule/schedule.ts";
import { parseScheduleExpression } from "../../../../local/services/schedule/schedule-expression.ts";
import { ACCOUNT, REGION } from "../../protocol/aws-json/signed-endpoint.ts";

const after = (expression: string, from: string, times = 1) => {
  const cadence = parseScheduleExpression(expression);
  const found: string[] = [];
  let now: number | undefined = Date.parse(from);
  for (let n = 0; n < times && now !== undefined; n++) {
    now = cadence.nextAfter(now);
    if (now !== undefined) found.push(new Date(now).toISOString().slice(0, 16));
  }
  return found;
};

describe("a schedule expression", () => {
  it.each([
    ["rate(5 minutes)", ["2026-11-21T10:05", "2026-11-21T10:10"]],
    ["rate(1 minute)", ["2026-11-21T10:03", "2026-11-21T10:04"]],
    ["rate(2 hours)", ["2026-11-21T12:00", "2026-11-21T14:00"]],
    ["rate(1 day)", ["2026-11-22T00:00", "2026-11-23T00:00"]],
    ["cron(0 10 * * ? *)", ["2026-11-22T10:00", "2026-11-23T10:00"]],
    ["cron(15 12 * * ? *)", ["2026-11-21T12:15", "2026-11-22T12:15"]],
    ["cron(0 18 ? * MON-FRI *)", ["2026-11-23T18:00", "2026-11-24T18:00"]],
    ["cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00"]],
    ["cron(0/15 * * * ? *)", ["2026-11-21T10:15", "2026-11-21T10:30"]],
    ["cron(0 9 ? * 1 *)", ["2026-11-22T09:00", "2026-11-29T09:00"]],
    ["cron(0 9 ? * 6#3 *)", ["2026-12-18T09:00", "2027-01-15T09:00"]],
    ["cron(0 9 L * ? *)", ["2026-11-30T09:00", "2026-12-31T09:00"]],
    ["cron(0 9 1 JAN ? 2027)", ["2027-01-01T09:00"]],
  ])("%s is due when EventBridge says", (expression, expected) => {
    expect(after(expression, "2026-11-21T10:02:30Z", expected.length === 1 ? 2 : expected.length)).toEqual(expected);
  });

  it.each([
    ["rate(1 minutes)", "plural unless the number is 1"],
    ["rate(5 minute)", "plural unless the number is 1"],
    ["rate(0 minutes)", "whole number"],
    ["rate(90 seconds)", "minute"],
    ["cron(0 12 * * *)", "six fields, found 5"],
    ["cron(0 12 * * * *)", "exactly one of day-of-month and day-of-week must be ?"],
    ["cron(61 12 * * ? *)", "cannot be honoured"],
    ["every minute", "expected rate("],
  ])("%s is refused by name", (expression, reason) => {
    expect(() => parseScheduleExpression(expression)).toThrow(reason);
    expect(() => parseScheduleExpression(expression)).toThrow(expression);
  });
});

describe("a rule", () => {
  const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:settle`;
  const rule = {
    name: "settle",
    arn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/settle`,
    expression: "rate(5 minutes)",
    enabled: true,
  };
  const calls: { principal: Principal; arn: string; event: unknown }[] = [];
  const lines: { message: string }[] = [];
  let schedule: Schedule;

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-11-21T10:02:30Z") });
    calls.length = 0;
    lines.length = 0;
    schedule = new Schedule({
      region: REGION,
      accountId: ACCOUNT,
      clock: { now: () => Date.now() },
      log: (line) => void lines.push(line),
      lambda: {
        invokeLater(principal, arn, event) {
          if (arn.endsWith("forbidden")) throw new Error("not authorized");
          calls.push({ principal, arn, event });
        },
      },
    });
  });
  afterEach(() => vi.useRealTimers());

  it("calls its target when it is due, as EventBridge on behalf of the rule (P2), with the scheduled event", () => {
    schedule.putRule(rule);
    schedule.putTarget("settle", { id: "settle", functionArn });
    vi.advanceTimersByTime(149_000);
    expect(calls).toEqual([]);

    vi.advanceTimersByTime(301_500);

    expect(calls).toHaveLength(2);
    expect(calls[0]).toEqual({
      principal: {
        type: "service",
        service: "events.amazonaws.com",
        sourceArn: rule.arn,
        sourceAccount: ACCOUNT,
      },
      arn: functionArn,
      event: {
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        "detail-type": "Scheduled Event",
        source: "aws.events",
        account: ACCOUNT,
        time: "2026-11-21T10:05:00Z",
        region: REGION,
        resources: [rule.arn],
        detail: {},
      },
    });
  });

  it("can be fired at once, and gives a constant input in the place of the event", () => {
    schedule.putRule({ ...rule, enabled: false });
    schedule.putTarget("settle", { id: "settle", functionArn, input: '{"task":"sweep"}' });

    schedule.fireNow("settle");
    vi.advanceTimersByTime(3_600_000);

    expect(calls.map(({ event }) => event)).toEqual([{ task: "sweep" }]);
  });

  it("says so when it may not call its target, and goes on", () => {
    schedule.putRule(rule);
    schedule.putTarget("settle", { id: "a", functionArn: `${functionArn}-forbidden` });
    schedule.putTarget("settle", { id: "b", functionArn });

    schedule.fireNow("settle");

    expect(lines[0]?.message).toBe("rule settle could not call its target: not authorized");
    expect(calls).toHaveLength(1);
  });

  it("is silent once its target is gone", () => {
    schedule.putRule(rule);
    const remove = schedule.putTarget("settle", { id: "a", functionArn });

    remove();
    vi.advanceTimersByTime(3_600_000);

    expect(calls).toEqual([]);
    expect(() => schedule.fireNow("other")).toThrow("no EventBridge rule other; the stack declares settle");
  });
});
