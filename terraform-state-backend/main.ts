import { KNOWN_TYPES } from "./resource-permissions.ts";
import { settings } from "./settings.ts";
import { synthesizeStateBackend } from "./synthesize.ts";

/**
 * Synthesizes one backend on its own, for `cdktf diff` and for readers; `npm run bootstrap` is what makes one.
 *
 *   DARKROOM_STATE_ACCOUNT        12 digits
 *   DARKROOM_STATE_REGION         eu-central-1 …
 *   DARKROOM_STATE_ENVIRONMENTS   names with commas between, of the environments in this account and region
 *   CDKTF_OUTDIR                  set by the cdktf CLI; unset: cdktf.out
 */
function requireVariable(name: string, form: RegExp, expected: string): string {
  const value = process.env[name] ?? "";
  if (form.test(value)) return value;
  console.error(`${name} is ${value === "" ? "not set" : `"${value}"`}; expected ${expected}.`);
  process.exit(1);
}

const folder = synthesizeStateBackend(process.env.CDKTF_OUTDIR ?? "cdktf.out", {
  accountId: requireVariable("DARKROOM_STATE_ACCOUNT", /^\d{12}$/, "an account id of 12 digits"),
  region: requireVariable("DARKROOM_STATE_REGION", /^[a-z]{2}(-[a-z]+)+-\d$/, "a region, like eu-central-1"),
  environments: (process.env.DARKROOM_STATE_ENVIRONMENTS ?? "").split(",").filter((name) => name !== ""),
  // Bootstrap hands in those that the stacks declare.
  types: KNOWN_TYPES,
  settings,
});
console.log(folder);
