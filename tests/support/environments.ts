import { type Environment, type EnvironmentName, parseEnvironments } from "../../stacks/support/environment.ts";

/**
 * environments.ts as it comes, for tests that say what follows from it: accounts, regions and addresses in their words are
 * these, so that whoever writes their own into environments.ts need not rewrite the tests.
 */
export const environments: Record<EnvironmentName, Environment> = parseEnvironments({
  dev: {
    accountId: "111111111111",
    region: "eu-central-1",
    origins: ["http://localhost:5173", "http://127.0.0.1:5173"],
    pageSources: ["http://127.0.0.1:*"],
    isProtected: false,
    retention: { sourceDays: 7, noncurrentSourceDays: 1, jobDays: 14, renditionDays: 14, logDays: 7 },
  },
  staging: {
    accountId: "222222222222",
    region: "eu-central-1",
    origins: ["https://staging.example.com"],
    isProtected: true,
    alarms: { subscribers: ["darkroom-staging@example.com"], monthlyBudgetUsd: 100 },
  },
  prod: {
    accountId: "333333333333",
    region: "eu-central-1",
    origins: ["https://www.example.com"],
    isProtected: true,
    retention: { logDays: 90 },
    throttle: { requestsPerSecond: 500, burst: 1000 },
    alarms: {
      subscribers: ["darkroom-on-call@example.com"],
      monthlyBudgetUsd: 1000,
      thresholds: { apiErrors: 20 },
    },
    functions: {
      presign: { reservedConcurrency: 50 },
      resize: { maximumConcurrency: 50 },
      convert: { maximumConcurrency: 20 },
    },
  },
});
