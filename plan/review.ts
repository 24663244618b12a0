import { type AllowedDestroys, listRefused } from "./guard.ts";
import { type ChangeKind, listChanges, listDrift, type ResourceChange } from "./model/change.ts";
import { listDifferences } from "./model/differences.ts";
import { CATEGORIES, type Finding } from "./model/finding.ts";
import type { Sources } from "./model/source.ts";
import type { TerraformPlan } from "./model/terraform-plan.ts";
import { listCors } from "./rules/cors.ts";
import { listLosses } from "./rules/loss.ts";
import { listOutputs, listPageSettings } from "./rules/outputs.ts";
import { listPermissions } from "./rules/permissions.ts";
import { listSettings } from "./rules/settings.ts";

export interface Counts {
  readonly add: number;
  readonly change: number;
  readonly replace: number;
  readonly destroy: number;
  readonly move: number;
  readonly import: number;
  readonly forget: number;
}

/** What a reviewer needs to know of one stack's plan. */
export interface StackReview {
  readonly stack: string;
  readonly counts: Counts;
  /** Never folded, in the order of the page. */
  readonly findings: readonly Finding[];
  /** Everything that happens, but built files and code. */
  readonly changes: readonly ResourceChange[];
  /** Functions of which nothing but the code changes. */
  readonly codeOnly: readonly ResourceChange[];
  /** Built files that come, go or change. */
  readonly files: readonly ResourceChange[];
  readonly drift: readonly ResourceChange[];
  /** What the guard refuses. */
  readonly refused: readonly ResourceChange[];
  readonly hasChanges: boolean;
  /** What must be done before a workflow can deploy it, as Markdown. */
  readonly bootstrap?: string | undefined;
  /** Terraform gave up half way: this is not all. */
  readonly isIncomplete: boolean;
}

export interface ReviewOptions {
  readonly stack: string;
  readonly sources: Sources;
  /** Addresses that may be destroyed although they hold data. */
  readonly allowedDestroys: AllowedDestroys;
}

/** What changes with every build of a function, and nothing else does. */
const CODE_ATTRIBUTES = new Set([
  ...["filename", "source_code_hash", "code_sha256", "source_code_size", "s3_key", "s3_object_version"],
  ...["last_modified", "version", "qualified_arn", "qualified_invoke_arn"],
]);

export function createReview(plan: TerraformPlan, { stack, sources, allowedDestroys }: ReviewOptions): StackReview {
  const all = listChanges(plan, sources);
  const happening = all.filter((it) => (it.kind !== "none" && it.kind !== "read") || isMoved(it) || it.isImported);
  const codeOnly = happening.filter(isCodeOnly);
  const files = happening.filter((it) => it.type === "aws_s3_object" && !isMoved(it) && !it.isDeposed);
  const findings = [
    ...listLosses(happening),
    ...listPermissions(happening),
    ...listSettings(happening),
    ...listCors(happening),
    ...listOutputs(plan),
    ...listPageSettings(happening),
  ];
  return {
    stack,
    counts: count(happening),
    findings: CATEGORIES.flatMap((category) => findings.filter((it) => it.category === category)),
    changes: happening.filter((it) => !codeOnly.includes(it) && !files.includes(it)),
    codeOnly,
    files,
    drift: listDrift(plan, sources),
    refused: listRefused(stack, happening, allowedDestroys),
    hasChanges: happening.length > 0 || findings.some(({ category }) => category === "outputs"),
    isIncomplete: plan.errored,
  };
}

function isMoved({ movedFrom }: ResourceChange): boolean {
  return movedFrom !== undefined;
}

function isCodeOnly(change: ResourceChange): boolean {
  if (change.type !== "aws_lambda_function" || change.kind !== "change" || isMoved(change)) return false;
  return listDifferences(change.before, change.after).every(({ path }) => CODE_ATTRIBUTES.has(path));
}

function count(changes: readonly ResourceChange[]): Counts {
  const of = (kind: ChangeKind) => changes.filter((it) => it.kind === kind).length;
  return {
    add: of("add"),
    change: of("change"),
    replace: of("replace"),
    destroy: of("destroy"),
    move: changes.filter(isMoved).length,
    import: changes.filter((it) => it.isImported).length,
    forget: of("forget"),
  };
}
