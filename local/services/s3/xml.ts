import { XMLParser } from "fast-xml-parser";
import type * as z from "zod";
import { notImplemented, S3Error } from "./s3-error.ts";

/** A document to print: undefined is left out, an array repeats its element. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Prints a document of the S3 API. */
export function printXml(root: string, content: XmlValue, namespace = NAMESPACE): string {
  const xmlns = namespace ? ` xmlns="${namespace}"` : "";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${printContent(content)}</${root}>`;
}

function printContent(value: XmlValue): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return escapeXml(String(value));
  if (Array.isArray(value)) throw new TypeError("an array needs a name to repeat");
  return Object.entries(value)
    .flatMap(([name, child]) => (Array.isArray(child) ? child : [child]).map((one: XmlValue) => [name, one] as const))
    .map(([name, child]) => (child === undefined ? "" : `<${name}>${printContent(child)}</${name}>`))
    .join("");
}

/** Keys may hold any character: line ends would be normalized and control characters refused by a parser. */
function escapeXml(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must be escaped
    /[&<>"'\u0000-\u0008\u000b-\u001f\u0085\u2028\ufffe\uffff]/g,
    (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  htmlEntities: true,
});

/**
 * Reads a document that a client sent, with a strict schema of its root's content. What the schema does not know is
 * refused by name as not implemented; what it knows in another form is MalformedXML.
 */
export function parseXml<T>(text: string, root: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(findRoot(text, root));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue?.code === "unrecognized_keys") throw notImplemented(`<${[...issue.path, ...issue.keys].join("> <")}>`);
  throw malformed(`${issue?.path.join(".") ?? root}: ${issue?.message ?? "not as expected"}`);
}

function findRoot(text: string, root: string): unknown {
  // A DOCTYPE is the door to entity expansion; no S3 document has one.
  if (text.includes("<!DOCTYPE")) throw malformed("a DOCTYPE is not allowed");
  let document: unknown;
  try {
    document = parser.parse(text, true);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  if (typeof document !== "object" || document === null || !(root in document))
    throw malformed(`<${root}> was expected`);
  return withoutBlankText((document as Record<string, unknown>)[root]);
}

/** Indentation between elements arrives as text of their parent; an empty element as an empty string. */
function withoutBlankText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBlankText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, child]) => name !== "#text" || String(child).trim() !== "")
      .map(([name, child]) => [name, withoutBlankText(child)]),
  );
}

function malformed(why: string): S3Error {
  return new S3Error(
    "MalformedXML",
    `The XML you provided was not well-formed or did not validate against our published schema (${why}).`,
  );
}
