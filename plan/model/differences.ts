import { equalValues, isValueList, isValueObject, type Json, type Value, type ValueObject, Withheld } from "./value.ts";

/** One attribute, or one place inside it, that differs. */
export interface Difference {
  /** `environment[0].variables.CDN_URL` */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** Where two values differ, as deep as both have the same shape. JSON inside a text is looked into. */
export function listDifferences(before: Value | undefined, after: Value | undefined, path = ""): Difference[] {
  if (equalValues(before, after)) return [];
  const [left, right] = [openJson(before), openJson(after)];
  if (isValueObject(left) && isValueObject(right)) {
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return names.flatMap((name) => listDifferences(left[name], right[name], path ? `${path}.${name}` : name));
  }
  if (isValueList(left) && isValueList(right) && hasItems(left) && hasItems(right)) {
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      listDifferences(left[index], right[index], `${path}[${index}]`),
    ).flat();
  }
  return [{ path, before, after }];
}

/** Lists of objects are compared item by item; lists of texts are short, and read better whole. */
function hasItems(list: readonly Value[]): boolean {
  return list.some((item) => isValueObject(item) || isValueList(item));
}

function openJson(value: Value | undefined): Value | undefined {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

export function describeValue(value: Value | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (value instanceof Withheld) return value.toString();
  return typeof value === "string"
    ? value === ""
      ? '""'
      : value
    : JSON.stringify(value satisfies Value | ValueObject);
}
