import type { Category, Finding } from "../model/finding.ts";
import type { Counts, StackReview } from "../review.ts";
import { renderDetails } from "./details.ts";
import { type Block, fitBlocks, joinBlocks } from "./fit.ts";
import { code, renderSentence } from "./markdown.ts";

/** Who posts the review finds the comment of the last run by this first line, and writes over it. */
export const MARKER = "<!-- darkroom plan review -->";
/** GitHub takes comments of 65 536 characters; what posts it may add a line. */
export const MAX_COMMENT_BYTES = 60_000;
/** GitHub takes a step summary of 1 MiB: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export const MAX_SUMMARY_BYTES = 1_000_000;

/** Nothing of a stack is cut before all that is folded. */
const FRAME = 0;
const FINDING = 1;
const FLAG = 2;
const DETAIL = 3;

const TITLES: Readonly<Record<Category, string>> = {
  loss: "Destroyed and replaced",
  permissions: "Wider permissions",
  exposure: "Public exposure",
  protection: "Less protection",
  cors: "CORS",
  outputs: "Outputs",
};

export interface FailedStack {
  readonly stack: string;
  /** Ours, not Terraform's text: that may hold what must not be told. */
  readonly failure: string;
}

export type ReviewedStack = StackReview | FailedStack;

export function isFailed(stack: ReviewedStack): stack is FailedStack {
  return "failure" in stack;
}

export interface RenderedReview {
  /** At most 60 kB. */
  readonly comment: string;
  /** All of it, as far as a step summary takes it. */
  readonly whole: string;
}

export function renderReview(stacks: readonly ReviewedStack[]): RenderedReview {
  const blocks = [renderHead(stacks), ...stacks.flatMap(renderStack)];
  return { comment: fitBlocks(blocks, MAX_COMMENT_BYTES), whole: fitBlocks(blocks, MAX_SUMMARY_BYTES) };
}

/** For tests: the page without any limit. */
export function renderWhole(stacks: readonly ReviewedStack[]): string {
  return joinBlocks([renderHead(stacks), ...stacks.flatMap(renderStack)]);
}

const COLUMNS: readonly (keyof Counts)[] = ["add", "change", "replace", "destroy", "move", "import", "forget"];

function renderHead(stacks: readonly ReviewedStack[]): Block {
  const reviews = stacks.flatMap((it) => (isFailed(it) ? [] : [it]));
  const columns = COLUMNS.filter((name) => name !== "forget" || reviews.some(({ counts }) => counts.forget > 0));
  const rows = stacks.map((it) =>
    isFailed(it)
      ? `| ${inTable(it.stack)} | ${columns.map(() => "?").join(" | ")} | not planned |`
      : `| ${inTable(it.stack)} | ${columns.map((name) => it.counts[name]).join(" | ")} | ${summarize(it)} |`,
  );
  const open = [
    MARKER,
    "## Plan",
    "",
    `| stack | ${columns.join(" | ")} | look at |`,
    `|---|${columns.map(() => "--:").join("|")}|---|`,
    ...rows,
    "",
  ];
  return { open, lines: [], close: [], rank: FRAME };
}

/** A bar ends a cell, even in a code span. */
function inTable(name: string): string {
  return code(name).replaceAll("|", "\\|");
}

function summarize({ findings, hasChanges, refused, isIncomplete, bootstrap }: StackReview): string {
  if (!hasChanges) return isIncomplete ? "**incomplete**" : "nothing changes";
  const categories = [...new Set(findings.map(({ category }) => category))];
  const words = categories.map((category) => TITLES[category].toLowerCase());
  return [
    ...(isIncomplete ? ["**incomplete**"] : []),
    ...(bootstrap ? ["**bootstrap first**"] : []),
    ...(refused.length > 0 ? ["**data is lost**"] : []),
    ...(words.length > 0 ? words : ["no risk found"]),
  ].join(", ");
}

function renderStack(stack: ReviewedStack): Block[] {
  if (isFailed(stack)) {
    return [frame([`### ${code(stack.stack)}`, "", `**Could not be planned.** ${stack.failure}`, ""])];
  }
  if (!stack.hasChanges && stack.drift.length === 0 && !stack.isIncomplete) return [];
  return [
    frame([`### ${code(stack.stack)}`, "", ...renderIncomplete(stack), ...renderBootstrap(stack)]),
    ...renderRefused(stack),
    ...renderFindings(stack),
    ...renderDetails(stack).map((block) => ({ ...block, rank: DETAIL })),
  ];
}

function frame(open: readonly string[]): Block {
  return { open, lines: [], close: [], rank: FRAME };
}

function renderIncomplete({ isIncomplete }: StackReview): string[] {
  return isIncomplete
    ? ["**Terraform gave up before the plan was complete: more may change than is shown. Its log says why.**", ""]
    : [];
}

function renderBootstrap({ bootstrap }: StackReview): string[] {
  return bootstrap ? [`**${bootstrap}**`, ""] : [];
}

function renderRefused({ refused }: StackReview): Block[] {
  if (refused.length === 0) return [];
  return [
    {
      open: ["**The guard refuses this plan: data would be lost.** If that is meant, say so by name:", ""],
      lines: refused.map(({ address }) => `- ${code(`--allow-destroy ${address}`)}`),
      close: [""],
      rank: FLAG,
    },
  ];
}

function renderFindings({ findings }: StackReview): Block[] {
  const categories = [...new Set(findings.map(({ category }) => category))];
  return categories.map((category) => ({
    open: [`#### ${TITLES[category]}`, ""],
    lines: findings.filter((it) => it.category === category).map(renderFinding),
    close: [""],
    rank: FINDING,
  }));
}

function renderFinding({ change, sentence, line: granted }: Finding): string {
  if (!change) return `- ${renderSentence(sentence)}`;
  const line = granted ?? change.source?.lines[0];
  return `- ${code(change.address)} ${renderSentence(sentence)}${line ? ` — ${code(line)}` : ""}`;
}
