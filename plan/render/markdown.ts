import type { Sentence } from "../model/finding.ts";

/** Longer values say little to a reader and would fill the page. */
const MAX_VALUE_CHARACTERS = 300;
/** Characters that move, hide or turn what stands beside them: a value must not look like something else. */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value from a plan as a code span. In it GitHub reads no markup, no HTML, no mention and no link; a fence longer than any in
 * the value keeps it from ending early.
 */
export function code(value: string): string {
  const cut = value.length > MAX_VALUE_CHARACTERS ? `${value.slice(0, MAX_VALUE_CHARACTERS)}…` : value;
  const text = cut.replaceAll(DECEPTIVE, describeCharacter).replaceAll("<!--", "<! --");
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const isPadded = text.startsWith("`") || text.endsWith("`") || text.trim() === "";
  return isPadded ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

function describeCharacter(character: string): string {
  if (character === "\n") return "⏎";
  if (character === "\t") return " ";
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

export function renderSentence(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === "string" ? part : code(part.value))).join("");
}
