import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** It waits for minutes on Terraform: begun first, it costs the others little. */
const WAITING = /\/tests\/apply\/apply\.test\.ts$/;

class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(WAITING.test(b.moduleId)) - Number(WAITING.test(a.moduleId)));
  }
}

/** Where the very ffmpeg that is deployed is at hand (.ci/run looks for it), what runs ffmpeg is tested on both. */
const deployed = process.env.DARKROOM_DEPLOYED_FFMPEG;
const EVERY_TEST = ["tests/**/*.test.ts"];
const RUNS_FFMPEG = ["tests/lambdas/media/convert/*.test.ts"];

export default defineConfig({
  test: {
    // A project adds its files to those that stand here.
    ...(deployed
      ? {
          projects: [
            { extends: true, test: { name: "host", include: EVERY_TEST } },
            { extends: true, test: { name: "deployed ffmpeg", include: RUNS_FFMPEG, env: { FFMPEG_BIN: deployed } } },
          ],
        }
      : { include: EVERY_TEST }),
    globalSetup: ["tests/support/global-setup.ts"],
    // A busy machine is ten times slower; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    restoreMocks: true,
    sequence: { sequencer: WaitingFirst },
  },
});
