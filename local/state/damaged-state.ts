import { Refusal } from "../model/refusal.ts";

/**
 * State that cannot be believed, told by file name (threats.md L3). Nothing was changed: what is left may be all that
 * there is, and a person may have a copy.
 */
export function damagedState(path: string, what: string): Refusal {
  return new Refusal("The laptop runtime cannot start on damaged state:", [
    `${path} ${what}. Nothing was changed: put a good copy back, or run "npm run reset" to start with empty state`,
  ]);
}
