import { expect, it } from "vitest";
import { requireBuild } from "../support/require-build.ts";
import { soak } from "./soak.ts";

/** The short form of `npm run soak`. */
it("E3, E7, E8: every upload ends once and whole, while workers and the runtime are killed and messages repeated", {
  timeout: 400_000,
}, async () => {
  const { folder } = requireBuild();

  const result = await soak({
    uploads: 40,
    parallel: 10,
    workerKills: 2,
    restarts: 1,
    redeliveries: 3,
    artifactsFolder: folder,
    report: () => {},
  });

  expect(result.violations).toEqual([]);
  expect(result.asExpected + result.gaveUp).toBe(40);
  expect(result.restarts).toBe(1);
  expect(result.workerKills).toBeGreaterThan(0);
});
