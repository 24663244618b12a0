import type * as z from "zod";
import { mediaSettings } from "../../stacks/media/settings.ts";
import { type BaseInput, type EnvironmentName, parseEnvironments } from "../../stacks/support/environment.ts";
import { type HouseEnvironment, type HouseEnvironmentInput, SYSTEMS } from "../../systems.ts";

/**
 * environments.ts as it comes, for tests that say what follows from it: accounts, regions and addresses in their words are
 * these, so that whoever writes their own into environments.ts need not rewrite the tests.
 */
export const environments: Record<EnvironmentName, HouseEnvironment> = parseEnvironments(SYSTEMS, {
  dev: {
    accountId: "111111111111",
    region: "eu-central-1",
    origins: ["http://localhost:5173", "http://127.0.0.1:5173"],
    pageSources: ["http://127.0.0.1:*"],
    isProtected: false,
    logDays: 7,
    media: { retention: { sourceDays: 7, noncurrentSourceDays: 1, jobDays: 14, renditionDays: 14 } },
  },
  staging: {
    accountId: "222222222222",
    region: "eu-central-1",
    origins: ["https://staging.example.com"],
    isProtected: true,
    alarms: { subscribers: ["darkroom-staging@example.com"] },
    media: {},
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
        presign: { reservedConcurrency: 50 },
        resize: { maximumConcurrency: 50 },
        convert: { maximumConcurrency: 20 },
      },
    },
    budget: { monthlyUsd: 1000, subscribers: ["darkroom-on-call@example.com"] },
  },
});

type MediaInput = z.input<typeof mediaSettings>;
/** Fields of an environment and of its media block, side by side: no two have one name. */
export type Fields = BaseInput & MediaInput;

/** An entry with the media system alone. */
export function entryOf(fields: Fields): HouseEnvironmentInput {
  const isMedia = ([key]: readonly [string, unknown]) => key in mediaSettings.shape;
  const all = Object.entries(fields);
  return {
    ...(Object.fromEntries(all.filter((field) => !isMedia(field))) as BaseInput),
    media: Object.fromEntries(all.filter(isMedia)) as MediaInput,
  };
}

/** dev, with the media system alone and these fields changed. */
export function devWith(changes: Partial<Fields>): HouseEnvironment {
  const dev = entryOf({ accountId: "111111111111", region: "eu-central-1", isProtected: false, ...changes });
  return parseEnvironments(SYSTEMS, { dev }).dev;
}
