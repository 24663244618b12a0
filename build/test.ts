import { biome, runCheck, TYPES, vitest } from "./checks.ts";

/**
 * The second half of `npm test`: lint, types and every test; all of them, so that one run shows all problems. Arguments go
 * to vitest (`npm test -- tests/build`). vitest builds dist/ once before the tests (tests/support/global-setup.ts).
 */
const report = process.env.DARKROOM_TEST_REPORT;
const reporters = report ? ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`] : [];

const failed = [biome("ci"), TYPES, vitest("run", ...reporters, ...process.argv.slice(2))].filter(
  (check) => !runCheck(check),
);
if (failed.length > 0) {
  process.stderr.write(`\nnpm test: ${failed.map(([title]) => title).join(", ")} failed.\n`);
  process.exitCode = 1;
}
