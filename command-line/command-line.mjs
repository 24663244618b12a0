import { parseArgs } from "node:util";
import { SCRIPTS } from "./scripts.mjs";

/**
 * @typedef {import("./scripts.mjs").ScriptName} ScriptName
 * @typedef {import("./scripts.mjs").Option} Option
 */
/**
 * @template {Option} O
 * @typedef {O extends { type: "boolean" } ? boolean : O extends { multiple: true } ? string[] : string} ValueOf
 */
/**
 * @template {ScriptName} Name
 * @typedef {(typeof SCRIPTS)[Name] extends { options: infer Options extends Readonly<Record<string, Option>> }
 *   ? { readonly [key in keyof Options]?: ValueOf<Options[key]> } : {}} ValuesOf
 */

/** A word that a script does not heed. The message names it, and says what the script takes. */
export class UsageError extends Error {
  /** @override */
  name = "UsageError";

  /** @param {ScriptName} script @param {string} problem @param {unknown} [cause] */
  constructor(script, problem, cause) {
    super(`npm run ${script}: ${problem}\n\nUsage: ${SCRIPTS[script].usage.trimEnd()}`, { cause });
  }
}

/**
 * What was typed after a script's name: options with their values, and the other words. Throws UsageError.
 *
 * @template {ScriptName} Name
 * @param {Name} script
 * @param {readonly string[]} args
 * @returns {{ readonly values: ValuesOf<Name>, readonly names: readonly string[] }}
 */
export function readCommandLine(script, args) {
  /** @type {import("./scripts.mjs").Script} */
  const { options = {}, maxNames = 0 } = SCRIPTS[script];
  const { values, positionals } = parse(script, args, options);
  const surplus = positionals[maxNames];
  if (surplus !== undefined) throw new UsageError(script, `it does not heed "${surplus}".`);
  return { values: /** @type {ValuesOf<Name>} */ (values), names: positionals };
}

/** @param {readonly string[]} args */
export function asksForHelp(args) {
  const ownWords = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  return ownWords.includes("--help") || ownWords.includes("-h");
}

/** @param {ScriptName} script @param {readonly string[]} args @param {Readonly<Record<string, Option>>} options */
function parse(script, args, options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const [, unknown] = /^Unknown option '(.+?)'/.exec(words) ?? [];
    throw new UsageError(script, unknown ? `it does not heed ${unknown}.` : words, cause);
  }
}
