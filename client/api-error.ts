/** What is known of an error beside its words. */
export interface ApiErrorOptions {
  /** Whether the same again can help. */
  readonly retryable: boolean;
  /** As the API's table of errors names it; an HTTP status where API Gateway answered, and none where nobody did. */
  readonly code?: string | undefined;
  /** What was wrong, by the name of the field. */
  readonly details?: readonly { readonly path: string; readonly message: string }[] | undefined;
  /** What the server's log calls the request. */
  readonly requestId?: string | undefined;
}

/** The API said no, or could not be reached. `message` is for the person. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly retryable: boolean;
  readonly code: string | undefined;
  readonly details: ApiErrorOptions["details"];
  readonly requestId: string | undefined;

  constructor(message: string, { retryable, code, details, requestId }: ApiErrorOptions) {
    super(message);
    this.retryable = retryable;
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}
