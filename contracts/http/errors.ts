import { MAX_BODY_BYTES } from "./limits.ts";

/** An error that a person can meet. */
export interface ErrorEntry {
  /** HTTP status when it answers a request; an error that is not met there has none. */
  readonly status?: number;
  /** Whether the same again can succeed: a queue then delivers the message once more. */
  readonly retryable: boolean;
  /** The general text: a thrower adds the particulars (what was wrong, what was expected). */
  readonly message: string;
}

/** What every API can answer, whatever it is about. A system's table begins with these, and may say them in its own words. */
export const API_ERRORS = {
  INVALID_JSON: {
    status: 400,
    retryable: false,
    message: "The request body is not valid JSON. Send an object as application/json.",
  },
  BODY_NOT_JSON: {
    status: 415,
    retryable: false,
    message: "The request body is not declared as JSON. Send it with the header content-type: application/json.",
  },
  INVALID_REQUEST: {
    status: 400,
    retryable: false,
    message: "The request does not have the expected form. Its details say what was expected.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    message: `The request body is larger than ${MAX_BODY_BYTES / 1024} KB. Send less at once.`,
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: "There is no such address. The API's document lists those that there are.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    message: "This address does not take that method. The Allow header names those that it takes.",
  },
  INTERNAL: { status: 500, retryable: true, message: "Something went wrong on our side. Try again." },
} as const satisfies Record<string, ErrorEntry>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** A system's errors: those of every API, and its own. */
export type ErrorTable = Readonly<Record<ApiErrorCode, ErrorEntry & { readonly status: number }>> &
  Readonly<Record<string, ErrorEntry>>;
