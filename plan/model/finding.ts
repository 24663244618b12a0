import type { ResourceChange } from "./change.ts";
import { describeValue } from "./differences.ts";
import { type Value, Withheld } from "./value.ts";

/** What a reviewer must see before anything else; the order is that of the page. */
export const CATEGORIES = ["loss", "permissions", "exposure", "protection", "cors", "outputs"] as const;
export type Category = (typeof CATEGORIES)[number];

/** A part is our own words, or a value from a plan, which a renderer never takes for more than a text. */
export type Part = string | { readonly value: string };
export type Sentence = readonly Part[];

export interface Finding {
  readonly category: Category;
  /** Undefined for an output. */
  readonly change?: ResourceChange;
  readonly sentence: Sentence;
  /** What an engineer would edit, where that is another line than the resource's: a statement's grant. */
  readonly line?: string | undefined;
}

/** ``say`opens ${port} to everyone` ``: what stands in the template is ours, what is filled in is a value. */
export function say(
  words: TemplateStringsArray,
  ...filled: readonly (Value | undefined | readonly string[] | Sentence)[]
) {
  return words.flatMap((word, index): Part[] => [word, ...(index < filled.length ? toParts(filled[index]) : [])]);
}

/** Sentences have parts that are objects; a list of values has texts only. */
function toParts(filled: Value | undefined | readonly string[] | Sentence): Part[] {
  if (Array.isArray(filled) && filled.some(isPart)) return [...(filled as Sentence)];
  if (Array.isArray(filled) && filled.length > 0 && filled.every((it) => typeof it === "string")) {
    return filled.flatMap((it, index): Part[] => [...(index > 0 ? [", "] : []), { value: it }]);
  }
  if (filled instanceof Withheld || filled === null || filled === undefined) return [describeValue(filled as Value)];
  return [{ value: describeValue(filled as Value) }];
}

function isPart(it: unknown): boolean {
  return typeof it === "object" && it !== null && Object.keys(it).join() === "value";
}

/** For tests and logs: the sentence without any markup. */
export function plainText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === "string" ? part : part.value)).join("");
}
