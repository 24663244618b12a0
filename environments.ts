import { type EnvironmentName, parseEnvironments } from "./stacks/support/environment.ts";
import { type HouseEnvironment, SYSTEMS } from "./systems.ts";

/**
 * Where Darkroom runs: one entry per environment, with a block for each system that is deployed there. Every field, with its
 * unit, range and default, is described in stacks/support/environment.ts, a block's in stacks/<system>/settings.ts; what is
 * wrong is reported when the stacks are synthesized, all of it at once.
 *
 * The account ids are placeholders. Replace them with your own: Terraform refuses to touch any other account.
 */
export const environments: Record<EnvironmentName, HouseEnvironment> = parseEnvironments(SYSTEMS, {
  dev: {
    accountId: "111111111111",
    region: "eu-central-1",
    origins: ["http://localhost:5173", "http://127.0.0.1:5173"],
    // The page of a developer's own computer calls an API there.
    pageSources: ["http://127.0.0.1:*"],
    isProtected: false,
    // No alarms: nobody is woken for dev, and they cost $0.10 a month each.
    logDays: 7,
    media: {
      retention: { sourceDays: 7, noncurrentSourceDays: 1, jobDays: 14, renditionDays: 14 },
    },
  },
  staging: {
    accountId: "222222222222",
    region: "eu-central-1",
    origins: ["https://staging.example.com"],
    isProtected: true,
    // Say where your copy of docs/runbook.md can be read, and every alarm links to its section:
    // runbookUrl: "https://github.com/<owner>/<repository>/blob/main/docs/runbook.md"
    alarms: { subscribers: ["darkroom-staging@example.com"] },
    media: {},
    // One for the whole account. An account of an organisation may be refused budgets: take the block out there.
    budget: { monthlyUsd: 100, subscribers: ["darkroom-staging@example.com"] },
  },
  prod: {
    accountId: "333333333333",
    region: "eu-central-1",
    origins: ["https://www.example.com"],
    isProtected: true,
    logDays: 90,
    alarms: { subscribers: ["darkroom-on-call@example.com"], thresholds: { apiErrors: 20 } },
    media: {
      throttle: { requestsPerSecond: 500, burst: 1000 },
      functions: {
        // Presigning is what an abuser would call (threats.md U5): it never takes more than these places from the rest.
        // AWS keeps 100 places unreserved, and a new account may have as few as 10 in all: ask for more before deploying.
        presign: { reservedConcurrency: 50 },
        resize: { maximumConcurrency: 50 },
        convert: { maximumConcurrency: 20 },
      },
    },
    budget: { monthlyUsd: 1000, subscribers: ["darkroom-on-call@example.com"] },
  },
});
