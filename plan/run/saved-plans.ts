import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * The saved plan of `npm run plan`, in the stack's folder: what `npm run plan:apply` applies is what was reviewed. It holds
 * secrets in clear.
 */
export const PLAN_FILE = "plan.bin";
/**
 * A plan under another name until it has been reviewed whole, and those of deploy and destroy for good: whatever ends this
 * process, a kill too, `npm run plan:apply` never finds a plan that nobody was shown, or that somebody refused.
 */
export const DRAFT_FILE = "plan-draft.bin";

const drafts = new Set<string>();

// Whatever ends the process by its own doing: a refusal, an error, a signal, a fault of ours.
process.on("exit", () => {
  for (const folder of drafts) removeDraft(folder);
});

/** Makes way for a new plan: an older one no longer tells what would happen. */
export function beginDraft(folder: string): void {
  rmSync(join(folder, PLAN_FILE), { force: true });
  rmSync(join(folder, DRAFT_FILE), { force: true });
  drafts.add(folder);
}

/** Leaves the plan to be applied later. */
export function keepDraft(folder: string): void {
  renameSync(join(folder, DRAFT_FILE), join(folder, PLAN_FILE));
  drafts.delete(folder);
}

export function removeDraft(folder: string): void {
  rmSync(join(folder, DRAFT_FILE), { force: true });
  drafts.delete(folder);
}
