import type { ErrorEntry } from "../../contracts/http/errors.ts";

export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

/**
 * An error that a person caused or can be told of, from its system's table. `message` is public: what was wrong, what was
 * expected, what to do. Anything else that is thrown is a bug or a fault of the infrastructure, and its text never leaves
 * the logs.
 */
export class DarkroomError<Code extends string = string> extends Error {
  override readonly name = "DarkroomError";
  readonly code: Code;
  /** None where no request is answered with it. */
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(
    code: Code,
    entry: ErrorEntry,
    message: string = entry.message,
    options: { cause?: unknown; details?: readonly ErrorDetail[] | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = entry.status;
    this.retryable = entry.retryable;
    this.details = options.details;
  }
}
