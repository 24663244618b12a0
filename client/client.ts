import type { ErrorBody } from "../contracts/http/error-response.ts";
import type { Address, InputOf, ResponseOf, Route } from "../contracts/http/route.ts";
import { ApiError } from "./api-error.ts";

/** As much of `fetch` as node and browsers share. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}
export interface FetchAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

export interface ClientOptions {
  /** `https://api.example.com`, with or without a slash at the end. */
  readonly baseUrl: string;
  /** @default the platform's own */
  readonly fetch?: Fetch;
  /** Who is calling, for routes that ask; a function is asked before each request, as tokens expire. */
  readonly token?: string | (() => string | Promise<string>);
}

/** A success. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: FetchAnswer["headers"];
}

type Routes = Readonly<Record<string, Route>>;
type Call<Input, Body> =
  Record<never, never> extends Input
    ? (input?: Input & Aborting) => Promise<Answer<Body>>
    : (input: Input & Aborting) => Promise<Answer<Body>>;
interface Aborting {
  readonly signal?: AbortSignal | undefined;
}

/** One method for each route. Every failure is an ApiError, except the signal's own AbortError. */
export type Client<R extends Routes> = { readonly [K in keyof R]: Call<InputOf<R[K]>, ResponseOf<R[K]>> };

/** The addresses of routes: all that a client needs of them when it runs. One that is not the route's own does not compile. */
export type AddressesOf<R extends Routes> = { readonly [K in keyof R]: Pick<R[K], keyof Address> };

/** What a call was given, whatever its route. */
interface Input extends Aborting {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** A client of an API. The routes are types here, so that neither schemas nor examples come along. */
export function createClient<R extends Routes>(addresses: AddressesOf<R>, options: ClientOptions): Client<R> {
  const calls = Object.entries<Address>(addresses).map(([name, address]) => [
    name,
    (input: Input = {}) => call(address, input, options),
  ]);
  return Object.fromEntries(calls);
}

async function call(address: Address, input: Input, options: ClientOptions): Promise<Answer<unknown>> {
  const { fetch = globalThis.fetch as Fetch, token } = options;
  const { signal, body } = input;
  const bearer = typeof token === "function" ? await token() : token;
  const onLoss = (cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError("The server could not be reached.", { retryable: true });
  };
  const answer = await fetch(createUrl(address, input, options.baseUrl), {
    method: address.method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch(onLoss);
  if (!answer.ok) throw await readError(answer);
  const { status, headers } = answer;
  // A connection can be lost in the middle of an answer, too.
  return { status, headers, body: status === 204 ? undefined : await answer.json().catch(onLoss) };
}

function createUrl({ path }: Address, { params = {}, query = {} }: Input, baseUrl: string): string {
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeSegment(name, params[name]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value));
  const asked = search.toString();
  return `${baseUrl.replace(/\/+$/, "")}${filled}${asked && `?${asked}`}`;
}

/** An empty segment, or one of dots, would ask another address than the one that is meant. */
function encodeSegment(name: string, value = ""): string {
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`The parameter ${name} is "${value}"; expected a name or an id.`);
  return encodeURIComponent(value);
}

/** API Gateway's own refusals (throttling, no token) come as `{message}`, ours as `{error}`. */
async function readError(answer: FetchAnswer): Promise<ApiError> {
  const body = (await answer.json().catch(() => undefined)) as Partial<ErrorBody> | undefined;
  const retryable = answer.status === 429 || answer.status >= 500;
  if (body?.error) return new ApiError(body.error.message, { ...body.error, retryable });
  return new ApiError("The server did not take the request. Try again later.", {
    retryable,
    code: String(answer.status),
  });
}
