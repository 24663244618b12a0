import { join } from "node:path";
import { soak } from "./soak.ts";

/** `npm run soak [uploads]`: what threats.md says under "Under load", at full size. Exits with 1 where a promise is broken. */
// Advice for who maintains this; it would stand between the lines of a long run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const uploads = Number(process.argv[2] ?? 1000);
if (!Number.isInteger(uploads) || uploads < 20) {
  process.stderr.write("npm run soak [uploads]: a whole number from 20 on is expected.\n");
  process.exit(1);
}
const result = await soak({
  uploads,
  parallel: 50,
  workerKills: Math.round(uploads / 5),
  restarts: 3,
  redeliveries: 9,
  artifactsFolder: join(import.meta.dirname, "..", "..", "dist"),
  report: (line) => process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`),
});
for (const violation of result.violations) process.stdout.write(`BROKEN  ${violation}\n`);
process.stdout.write(
  `\n${result.uploads} uploads in ${result.seconds} s, ${result.workerKills} workers and ${result.restarts} runtimes killed: ` +
    `${result.asExpected} ended as expected, ${result.gaveUp} given up after five deaths, ${result.violations.length} promises broken.\n`,
);
process.exit(result.violations.length > 0 ? 1 : 0);
