import { biome, runCheck, TYPES } from "./checks.ts";

/** `npm run lint` and `npm run format`. */
const checks = process.argv[2] === "format" ? [biome("check", "--write")] : [biome("ci"), TYPES];
process.exitCode = checks.filter((check) => !runCheck(check)).length > 0 ? 1 : 0;
