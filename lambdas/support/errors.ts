import { ERRORS, type ErrorCode } from "../../contracts/media/errors.ts";

export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

/**
 * An error that a person caused or can be told of. `message` is public: what was wrong, what was expected, what to do.
 * Anything else that is thrown is a bug or a fault of the infrastructure, and its text never leaves the logs.
 */
export class DarkroomError extends Error {
  override readonly name = "DarkroomError";
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(
    code: ErrorCode,
    message: string = ERRORS[code].message,
    options: { cause?: unknown; details?: readonly ErrorDetail[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/**
 * The version that an event announced can no longer be read. `replaced` says that another object stands at the key: its
 * own event speaks for it, and this one has nothing left to do. Otherwise nothing will ever come, and the job ends.
 */
export class SourceGoneError extends Error {
  override readonly name = "SourceGoneError";
  readonly replaced: boolean;

  constructor(message: string, options: { cause?: unknown; replaced?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.replaced = options.replaced ?? false;
  }
}
