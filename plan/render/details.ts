import type { ChangeKind, ResourceChange } from "../model/change.ts";
import { type Difference, describeValue, listDifferences } from "../model/differences.ts";
import { Withheld } from "../model/value.ts";
import type { StackReview } from "../review.ts";
import type { Block } from "./fit.ts";
import { code } from "./markdown.ts";

const SIGNS: Readonly<Record<ChangeKind, string>> = {
  none: "keep",
  read: "read",
  add: "add",
  change: "change",
  replace: "replace",
  destroy: "destroy",
  forget: "forget",
};

/** What is folded: everything that happens, by the construct that it belongs to. */
export function renderDetails(stack: StackReview): Omit<Block, "rank">[] {
  const lines = [...renderCode(stack), ...renderFiles(stack), ...renderChanges(stack.changes)];
  const count = stack.changes.length + stack.codeOnly.length + stack.files.length;
  return [
    ...(lines.length > 0 ? [fold(`All ${count} changes, by construct`, lines)] : []),
    ...(stack.drift.length > 0
      ? [fold(`Changed outside Terraform: ${stack.drift.length}`, renderChanges(stack.drift))]
      : []),
  ];
}

function fold(summary: string, lines: readonly string[]): Omit<Block, "rank"> {
  return { open: [`<details><summary>${summary}</summary>`, ""], lines, close: ["", "</details>", ""] };
}

function renderCode({ codeOnly }: StackReview): string[] {
  if (codeOnly.length === 0) return [];
  const names = codeOnly.map(({ address }) => code(address)).join(", ");
  return [`- New code, and nothing else, for ${codeOnly.length === 1 ? "" : `${codeOnly.length} functions: `}${names}`];
}

function renderFiles({ files }: StackReview): string[] {
  if (files.length === 0) return [];
  const kinds = (["add", "change", "replace", "destroy", "forget"] as const)
    .map((kind) => [kind, files.filter((it) => it.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  return [`- Built files: ${kinds.join(", ")}: ${files.map(({ address }) => code(address)).join(", ")}`];
}

function renderChanges(changes: readonly ResourceChange[]): string[] {
  const groups = new Map<string, ResourceChange[]>();
  for (const change of changes) {
    const path = constructOf(change);
    groups.set(path, [...(groups.get(path) ?? []), change]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, members]) => [
      `- ${path ? code(path) : "No longer declared"}${renderSource(members)}`,
      ...members.flatMap(renderChange),
    ]);
}

/** The construct that holds the resource: the path without its last part. */
function constructOf({ source }: ResourceChange): string {
  return source?.constructPath.split("/").slice(0, -1).join("/") ?? "";
}

function renderSource(members: readonly ResourceChange[]): string {
  const lines = [...new Set(members.flatMap(({ source }) => source?.lines.slice(0, 1) ?? []))];
  return lines.length > 0 ? ` — ${lines.map(code).join(", ")}` : "";
}

function renderChange(change: ResourceChange): string[] {
  const line = change.source?.lines[1];
  const moved = change.movedFrom ? `, moved from ${code(change.movedFrom)}` : "";
  const imported = change.isImported ? ", imported" : "";
  const head = `  - ${SIGNS[change.kind]} ${code(change.address)}${moved}${imported}${line ? ` — ${code(line)}` : ""}`;
  const told = listTold(change).map((it) => `    - ${renderDifference(it)}`);
  return told.length === 0 && change.kind === "change" ? [`${head}: nothing that the stack sets`] : [head, ...told];
}

/** What a destroyed resource was is in the code's history; of a new one, what the stack says of it. */
function listTold(change: ResourceChange): Difference[] {
  if (change.kind === "destroy" || change.kind === "forget" || change.kind === "none") return [];
  return listDifferences(change.before ?? {}, change.after).filter(({ path, before, after }) => {
    const [attribute = path] = path.split(/[.[]/);
    // Repeats `tags` with the provider's default ones.
    if (attribute === "tags_all") return false;
    if (before === undefined && (after === null || after === false)) return false;
    // What AWS fills in by itself is known to nobody yet, and is not this stack's decision.
    const isComputed = change.configured !== undefined && !change.configured.has(attribute);
    return !(isComputed && (after instanceof Withheld || change.kind === "add" || change.kind === "replace"));
  });
}

function renderDifference({ path, before, after }: Difference): string {
  const name = path === "" ? "" : `${code(path)}: `;
  const isNew = before === undefined || before === null;
  return isNew ? `${name}${render(after)}` : `${name}${render(before)} → ${render(after)}`;
}

function render(value: Difference["before"]): string {
  const text = describeValue(value);
  return value === null || value === undefined || value instanceof Withheld ? text : code(text);
}
