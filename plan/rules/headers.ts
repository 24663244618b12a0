import type { ResourceChange } from "../model/change.ts";
import { type Finding, type Sentence, say } from "../model/finding.ts";
import { equalValues, isValueList, isValueObject, type Value, valueAt } from "../model/value.ts";

const HEADERS = "security_headers_config";
const CSP = "content_security_policy";

/** What browsers are told to be less careful about from now on. */
export function listHeaders(changes: readonly ResourceChange[]): Finding[] {
  return changes
    .filter(({ type, kind }) => type === "aws_cloudfront_response_headers_policy" && kind === "change")
    .flatMap((change) => {
      const [before, after] = [change.before, change.after].map((it) => valueAt(it, HEADERS, 0));
      const names = isValueObject(before) ? Object.keys(before) : [];
      return names
        .flatMap((name) => compareHeader(name, valueAt(before, name, 0), valueAt(after, name, 0)))
        .map((sentence) => ({ category: "protection" as const, change, sentence }));
    });
}

function compareHeader(name: string, before: Value | undefined, after: Value | undefined): Sentence[] {
  if (!isValueObject(before)) return [];
  if (!isValueObject(after)) return [[...say`${name}: `, "**no longer sent**."]];
  return Object.keys(before).flatMap((attribute): Sentence[] => {
    const [old, now] = [before[attribute], after[attribute]];
    if (attribute === CSP) return compareSources(String(old ?? ""), String(now ?? ""));
    return isLaxer(attribute, old, now) ? [say`${`${name}.${attribute}`}: ${old} → ${now ?? null}.`] : [];
  });
}

/** Flags are all good ones; of the rest, a shorter time is laxer, and another word may be. */
function isLaxer(attribute: string, before: Value | undefined, after: Value | undefined): boolean {
  if (typeof before === "boolean") return before && after !== true;
  if (typeof before === "number") return !(typeof after === "number" && after >= before);
  return /_policy$|_option$/.test(attribute) && !equalValues(before ?? null, after ?? null);
}

/** By directive, what a page may do that it might not: sources that came, and directives that bound it and went. */
function compareSources(before: string, after: string): Sentence[] {
  const [old, now] = [readDirectives(before), readDirectives(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name): Sentence[] => {
    const [was, is] = [sourcesOf(old, name), sourcesOf(now, name)];
    // Where nothing bounded it before, whatever stands there now is stricter.
    if (was === undefined || was.includes("*")) return [];
    if (is === undefined) return [say`${CSP}: **no longer bounds** ${name}.`];
    const added = is.filter((source) => source !== "'none'" && !was.includes(source));
    return isValueList(added) && added.length > 0 ? [say`${CSP}: **lets more in**, ${name} + ${added}.`] : [];
  });
}

function readDirectives(policy: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    policy
      .split(";")
      .map((directive) => directive.trim().split(/\s+/))
      .flatMap(([name = "", ...sources]) => (name === "" ? [] : [[name.toLowerCase(), sources] as const])),
  );
}

/** What loads falls back to `default-src`; the others bound nothing when they are missing. */
function sourcesOf(directives: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] | undefined {
  return directives.get(name) ?? (name.endsWith("-src") ? directives.get("default-src") : undefined);
}
