import type { HouseEnvironmentInput } from "../../systems.ts";

/**
 * The environment that is applied: dev as everybody has it, and with what only staging and prod have, so that every type of
 * resource is there. It can be destroyed.
 */
export function describeEnvironment(
  accountId: string,
  changes: Partial<HouseEnvironmentInput> = {},
): HouseEnvironmentInput {
  return {
    accountId,
    region: "eu-central-1",
    origins: ["https://app.example.com"],
    isProtected: false,
    logDays: 7,
    alarms: { subscribers: ["darkroom@example.com", "https://hooks.example.com/darkroom"] },
    media: { retention: { sourceDays: 7, noncurrentSourceDays: 1, jobDays: 14, renditionDays: 14 } },
    budget: { monthlyUsd: 100, subscribers: ["darkroom@example.com"] },
    ...changes,
  };
}

/** environments.ts of a checkout, as a person would write it. The others are of another account, and stay out of the way. */
export function renderEnvironments(dev: HouseEnvironmentInput): string {
  const accountId = dev.accountId === "222222222222" ? "333333333333" : "222222222222";
  const other = { ...dev, accountId, isProtected: true };
  return `import { parseEnvironments } from "./stacks/support/environment.ts";
import { SYSTEMS } from "./systems.ts";
export const environments = parseEnvironments(SYSTEMS, ${JSON.stringify({ dev, staging: other, prod: other })});
`;
}
