import type * as z from "zod/mini";
import type { BodyOf, ResponseOf, Route } from "./route.ts";

/** A piece of JSON as OpenAPI wants it. */
export type Json = Readonly<Record<string, unknown>>;

/** A schema and what it is called in the document. */
export interface NamedSchema<T> {
  readonly name: string;
  readonly schema: z.ZodMiniType<T>;
  /** What is said of a property beyond the schema: its sense, and what the rules behind the edge ask of it. */
  readonly properties?: Readonly<Record<string, Json>>;
}

/** What is sent one way or the other. */
export interface BodyDocument<T> extends NamedSchema<T> {
  /** One at least. */
  readonly examples: Readonly<Record<string, T>>;
}

export interface AnswerDocument<T> {
  readonly description: string;
  readonly headers?: Json;
  /** @default it has none */
  readonly body?: BodyDocument<T>;
}

/** What a reader must know of a route, beside its value: functions carry none of this. */
export interface OperationDocument<Body, Response> {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** Headers, and queries that the endpoint checks itself; those of the value's own schemas are known. */
  readonly parameters?: readonly Json[];
  /** The body, where the route takes one. */
  readonly request?: BodyDocument<Body>;
  /** Successes, and 304; errors are known by the value. */
  readonly answers: Readonly<Record<number, AnswerDocument<Response>>>;
}

/** The same, held against the types of one route. */
export type RouteDocument<R extends Route> = OperationDocument<BodyOf<R>, ResponseOf<R>>;

/** For every route of an API. One without a document does not compile. */
export type RouteDocuments<Routes extends Readonly<Record<string, Route>>> = {
  readonly [K in keyof Routes]: RouteDocument<Routes[K]> &
    (Routes[K] extends { readonly request: unknown } ? { readonly request: BodyDocument<BodyOf<Routes[K]>> } : unknown);
};

export const ETAG: Json = {
  description: "Strong: equal bytes, and only those, have equal tags.",
  schema: { type: "string" },
};
export const RETRY_AFTER: Json = { description: "Seconds.", schema: { type: "integer", minimum: 1 } };
/** A parameter of each answer that is tagged. */
export const IF_NONE_MATCH: Json = {
  name: "If-None-Match",
  in: "header",
  required: false,
  description: "The ETag of an answer that is known: 304 says that it still holds.",
  schema: { type: "string" },
};
export const NOT_MODIFIED = {
  description: "Nothing has changed; there is no body.",
  headers: { ETag: ETAG },
} as const satisfies AnswerDocument<never>;
