import type * as z from "zod/mini";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Where a route stands: `GET`, `/users/{userId}`. */
export interface Address {
  readonly method: Method;
  /** A segment in braces is a parameter: one segment, of any text. */
  readonly path: `/${string}`;
}

/** Anybody, or whoever brings a token of the API's issuer that names one of these scopes; none named: any such token. */
export type Auth = "none" | { readonly scopes: readonly string[] };

/**
 * One route of an API. The API's routes and permissions, the parsing at a function's edge, the document and the typed
 * client are made from it. It holds what a function needs to take a request, and no more, because functions load it at
 * every cold start: what is answered is a type here, and schemas and examples in the route's document (document.ts).
 */
export interface Route extends Address {
  readonly auth: Auth;
  /** The parameters of the path, which come decoded. @default any text */
  readonly params?: z.ZodMiniType;
  /** The query's parameters. @default they reach the endpoint as text, for it to check */
  readonly query?: z.ZodMiniType;
  /** The body, as JSON. @default none is read */
  readonly request?: z.ZodMiniType;
  /** Its own errors. Those that its form brings about are known: `listErrors`. */
  readonly errors: readonly string[];
}

/** What a route's value can't hold, as its file is not to carry it: types. */
export interface Exchange {
  /** The body of a success. */
  readonly response: unknown;
  /** The query, where the endpoint checks it itself. */
  readonly query?: unknown;
}

/** Of types alone: no value has it. */
declare const EXCHANGE: unique symbol;
type Typed<E extends Exchange> = { readonly [EXCHANGE]?: E };
type ExchangeOf<R> = R extends Typed<infer E> ? E : never;

/** A route and the types of what it answers. Twice called, because TypeScript infers all type arguments or none. */
export function defineRoute<E extends Exchange>(): <const R extends Route>(route: R) => R & Typed<E> {
  return (route) => route;
}

/** `{ userId: string }` of `/users/{userId}`. */
export type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & PathParameters<Rest>
  : unknown;

/** What the endpoint of a route is given. */
export type ParamsOf<R extends Route> = R extends { readonly params: infer S }
  ? z.output<S>
  : PathParameters<R["path"]>;
export type QueryOf<R extends Route> = R extends { readonly query: infer S }
  ? z.output<S>
  : Readonly<Record<string, string | undefined>>;
export type BodyOf<R extends Route> = R extends { readonly request: infer S } ? z.output<S> : undefined;
export type ResponseOf<R> = ExchangeOf<R>["response"];

/** What a caller of a route gives. */
export type InputOf<R extends Route> = (R["path"] extends `${string}{${string}`
  ? { readonly params: PathParameters<R["path"]> }
  : unknown) &
  (R extends { readonly query: infer S }
    ? Asked<z.input<S>>
    : ExchangeOf<R> extends { query: infer Q }
      ? Asked<Q>
      : unknown) &
  (R extends { readonly request: infer S } ? { readonly body: z.input<S> } : unknown);
type Asked<Query> = Partial<Query> extends Query ? { readonly query?: Query } : { readonly query: Query };

/** `GET /users/{userId}`: API Gateway's own name for a route, and the event's. */
export type RouteKey<A extends Address> = `${A["method"]} ${A["path"]}`;

export function routeKey<A extends Address>({ method, path }: A): RouteKey<A> {
  return `${method} ${path}`;
}

/** The codes of all that a route can answer but successes: what its form brings about, and its own. */
export function listErrors({ params, query, request, errors }: Route): string[] {
  const ofBody = (...codes: readonly string[]) => (request ? codes : []);
  const ofForm = params || query || request ? ["INVALID_REQUEST"] : [];
  const before = [...ofBody("INVALID_JSON", "BODY_NOT_JSON"), ...ofForm];
  return [...new Set([...before, ...errors, "METHOD_NOT_ALLOWED", ...ofBody("BODY_TOO_LARGE"), "INTERNAL"])];
}

/** `["userId"]` of `/users/{userId}`. */
export function listPathParameters(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
}

/** Whether a path, decoded, is one that the pattern `/users/{userId}` means. */
export function fitsPath(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split("/"), path.split("/")];
  return (
    wanted.length === found.length &&
    wanted.every((segment, index) => (segment.startsWith("{") ? found[index] !== "" : segment === found[index]))
  );
}
