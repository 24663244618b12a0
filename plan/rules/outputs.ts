import type { ResourceChange } from "../model/change.ts";
import { type Finding, say } from "../model/finding.ts";
import type { TerraformPlan } from "../model/terraform-plan.ts";
import { equalValues, mask, valueAt } from "../model/value.ts";

/** What a front end, or whoever else reads outputs, would feel. */
export function listOutputs({ output_changes: outputs }: TerraformPlan): Finding[] {
  return Object.entries(outputs).flatMap(([name, change]): Finding[] => {
    const [action = "no-op"] = change.actions;
    if (action === "no-op") return [];
    const before = mask(change.before, change.before_sensitive, undefined);
    const after = mask(change.after, change.after_sensitive, change.after_unknown);
    if (action === "create") return [{ category: "outputs", sentence: say`${name} is new: ${after}.` }];
    if (action === "delete") {
      return [
        { category: "outputs", sentence: say`${name} is **removed**: whoever reads it breaks. It was ${before}.` },
      ];
    }
    return [{ category: "outputs", sentence: say`${name} changes: ${before} → ${after}.` }];
  });
}

/** The page reads where the API is from this file, and not from outputs. */
export function listPageSettings(changes: readonly ResourceChange[]): Finding[] {
  return changes
    .filter(({ type, kind }) => type === "aws_s3_object" && (kind === "change" || kind === "replace"))
    .filter(({ after }) => valueAt(after, "key") === "config.json")
    .flatMap((change): Finding[] => {
      const [before, after] = [valueAt(change.before, "content"), valueAt(change.after, "content")];
      if (equalValues(before ?? null, after ?? null)) return [];
      return [{ category: "outputs", change, sentence: say`tells the page something else: ${before} → ${after}.` }];
    });
}
