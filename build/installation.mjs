import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { notice, step } from "./progress.mjs";

/**
 * What a fresh clone needs before anything else can run. Plain JavaScript without a dependency, and in words that an old
 * Node still understands, so that it can say that it is too old.
 */

/** As in package.json's `engines`. */
const MINIMUM_NODE = [20, 19];

/**
 * @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} LockFile
 * @typedef {{ os: string, cpu: string, libc: string | undefined }} Host
 */

/**
 * What to say to a person whose Node or system cannot run Darkroom; undefined when it can.
 *
 * @param {string} version as in process.versions.node
 * @param {string} platform as in process.platform
 * @returns {string | undefined}
 */
export function findUnsupported(version, platform) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = MINIMUM_NODE;
  if (major < minimumMajor || (major === minimumMajor && minor < minimumMinor)) {
    return (
      `This is Node ${version}; Darkroom needs ${MINIMUM_NODE.join(".")} or newer.\n` +
      "Install a current Node from https://nodejs.org and run the command again."
    );
  }
  if (platform === "win32") {
    return "Darkroom runs on Linux and macOS. On Windows, run it inside WSL (https://learn.microsoft.com/windows/wsl).";
  }
  return undefined;
}

/**
 * Why node_modules is not what package-lock.json says, as the end of a sentence; undefined when it is. npm keeps what it has
 * installed in node_modules/.package-lock.json.
 *
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile | undefined} installed node_modules/.package-lock.json
 * @param {Host} host
 * @returns {string | undefined}
 */
export function findDifference(wanted, installed, host) {
  if (!installed) return "nothing is installed yet";
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === "" || entry.link) continue;
    const found = installed.packages[path];
    if (!found) {
      if (isExpected(entry, host)) return `${path} is missing`;
      continue;
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${path} is ${found.version ?? "another"}, not ${entry.version ?? "the locked one"}`;
    }
  }
  const surplus = Object.keys(installed.packages).find((path) => !(path in wanted.packages));
  return surplus ? `${surplus} is no longer wanted` : undefined;
}

/** @param {LockedPackage} entry @param {Host} host */
function isExpected(entry, host) {
  /** @param {string[] | undefined} list @param {string | undefined} value */
  const allows = (list, value) => {
    if (!list) return true;
    if (list.some((item) => item.startsWith("!"))) return !list.includes(`!${value}`);
    return value !== undefined && list.includes(value);
  };
  if (!entry.optional) return true;
  // An optional package without a machine of its own may be missing for reasons that only npm knows.
  if (!entry.os && !entry.cpu) return false;
  return allows(entry.os, host.os) && allows(entry.cpu, host.cpu) && allows(entry.libc, host.libc);
}

/** @returns {Host} */
export function findHost() {
  /** @type {any} */
  const report = process.platform === "linux" ? process.report.getReport() : undefined;
  const libc = report && (report.header.glibcVersionRuntime ? "glibc" : "musl");
  return { os: process.platform, cpu: process.arch, libc };
}

/** @param {URL} file @returns {LockFile | undefined} */
function readLockFile(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Installs from the lock file when node_modules is missing or differs from it. Ends the process, with words, when that or
 * the Node version does not allow to go on.
 *
 * @param {URL} project The project's folder, with a slash at its end.
 */
export async function ensureInstalled(project) {
  const unsupported = findUnsupported(process.versions.node, process.platform);
  if (unsupported) fail(unsupported);
  if (process.env.DARKROOM_SKIP_INSTALL === "1") return;
  const wanted = readLockFile(new URL("package-lock.json", project));
  if (!wanted) fail("package-lock.json is missing or damaged. Restore it with: git checkout package-lock.json");
  const difference = findDifference(
    wanted,
    readLockFile(new URL("node_modules/.package-lock.json", project)),
    findHost(),
  );
  if (!difference) return;
  const label = `Install packages from package-lock.json (${difference})`;
  try {
    await step(label, () => install(project));
  } catch (error) {
    notice("Nothing was started. Check the connection and npm's registry setting (npm config get registry).");
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {URL} project */
function install(project) {
  // Install scripts stay off (threats.md P7); none of the packages needs its own to work.
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: project,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (npm.error) throw new Error(`npm could not be run: ${npm.error.message}`);
  if (npm.status === 0) return;
  throw new Error(`npm ci failed:\n${npm.stderr.trim() || npm.stdout.trim()}`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
