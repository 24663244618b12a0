import type { ResourceChange } from "../model/change.ts";
import { type Finding, type Sentence, say } from "../model/finding.ts";
import { equalValues, isValueList, textsOf, type Value, valueAt } from "../model/value.ts";

/** Where each service keeps its rules, and what it calls their parts. */
const CORS: Readonly<Record<string, string>> = {
  aws_s3_bucket_cors_configuration: "cors_rule",
  aws_apigatewayv2_api: "cors_configuration",
  aws_cloudfront_response_headers_policy: "cors_config",
  aws_lambda_function_url: "cors",
};

interface Part {
  readonly name: string;
  readonly attributes: readonly string[];
}

const LISTS: readonly Part[] = [
  { name: "origins", attributes: ["allowed_origins", "allow_origins", "access_control_allow_origins"] },
  { name: "methods", attributes: ["allowed_methods", "allow_methods", "access_control_allow_methods"] },
  { name: "request headers", attributes: ["allowed_headers", "allow_headers", "access_control_allow_headers"] },
  { name: "exposed headers", attributes: ["expose_headers", "access_control_expose_headers"] },
];
const CREDENTIALS: Part = {
  name: "credentials",
  attributes: ["allow_credentials", "access_control_allow_credentials"],
};
const OTHERS: readonly Part[] = [
  CREDENTIALS,
  { name: "max age", attributes: ["max_age_seconds", "max_age", "access_control_max_age_sec"] },
  { name: "origin override", attributes: ["origin_override"] },
];

/** Every change of which pages may talk to us, and how. */
export function listCors(changes: readonly ResourceChange[]): Finding[] {
  return changes.flatMap((change) => {
    const block = Object.hasOwn(CORS, change.type) ? CORS[change.type] : undefined;
    if (block === undefined || change.kind === "none" || change.kind === "read" || change.kind === "forget") return [];
    const [before, after] = [valueAt(change.before, block), valueAt(change.after, block)];
    return equalValues(before, after) ? [] : compareRules(change, before, after);
  });
}

function compareRules(change: ResourceChange, before: Value | undefined, after: Value | undefined): Finding[] {
  const [old, now] = [rulesOf(before), rulesOf(after)];
  if (old.length === 0 && now.length === 0) return [];
  if (now.length === 0)
    return [{ category: "cors", change, sentence: ["no page may call it from a browser any longer."] }];
  const length = Math.max(old.length, now.length);
  return Array.from({ length }, (_, index) => compareRule(old[index], now[index]))
    .filter((parts) => parts.length > 0)
    .map((parts) => ({
      category: "cors",
      change,
      sentence: [old.length === 0 ? "is opened to pages: " : "", ...join(parts), ".", ...warn(now)],
    }));
}

function rulesOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  return isValueList(value) ? value : [value];
}

function compareRule(before: Value | undefined, after: Value | undefined): Sentence[] {
  const lists = LISTS.flatMap(({ name, attributes }): Sentence[] => {
    const [old, now] = [listAt(before, attributes), listAt(after, attributes)];
    const added = now.filter((it) => !old.includes(it));
    const gone = old.filter((it) => !now.includes(it));
    return [
      ...(added.length > 0 ? [[`${name} + `, ...say`${added}`]] : []),
      ...(gone.length > 0 ? [[`${name} − `, ...say`${gone}`]] : []),
    ];
  });
  const others = OTHERS.flatMap(({ name, attributes }): Sentence[] => {
    const [old, now] = [scalarAt(before, attributes), scalarAt(after, attributes)];
    // On creation, what is off by default says nothing.
    if (equalValues(old ?? null, now ?? null) || (!old && !now)) return [];
    return [before === undefined ? [`${name} `, ...say`${now}`] : [`${name} `, ...say`${old} → ${now}`]];
  });
  return [...lists, ...others];
}

function listAt(rule: Value | undefined, attributes: readonly string[]): string[] {
  return attributes.flatMap((name) => itemsOf(valueAt(rule, name)));
}

/** CloudFront wraps its lists: `access_control_allow_origins: [{items: […]}]`. */
function itemsOf(value: Value | undefined): string[] {
  const wrapped = isValueList(value) ? value.flatMap((item) => textsOf(valueAt(item, "items"))) : [];
  return wrapped.length > 0 ? wrapped : textsOf(value);
}

function scalarAt(rule: Value | undefined, attributes: readonly string[]): Value | undefined {
  return attributes.map((name) => valueAt(rule, name)).find((value) => value !== undefined && value !== null);
}

function join(parts: readonly Sentence[]): Sentence {
  return parts.flatMap((part, index) => (index === 0 ? part : ["; ", ...part]));
}

function warn(rules: readonly Value[]): Sentence {
  const origins = rules.flatMap((rule) => listAt(rule, LISTS[0]?.attributes ?? []));
  if (!origins.some((origin) => origin.includes("*"))) return [];
  const hasCredentials = rules.some((rule) => scalarAt(rule, CREDENTIALS.attributes) === true);
  return [hasCredentials ? " **Any page, with the user's credentials.**" : " **Any page.**"];
}
