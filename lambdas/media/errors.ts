import { ERRORS, type ErrorCode } from "../../contracts/media/errors.ts";
import { DarkroomError, type ErrorDetail } from "../support/errors.ts";

/** An error of the media system: one of `contracts/media/errors.ts`. */
export class MediaError extends DarkroomError<ErrorCode> {
  constructor(code: ErrorCode, message?: string, options?: { cause?: unknown; details?: readonly ErrorDetail[] }) {
    super(code, ERRORS[code], message, options);
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
