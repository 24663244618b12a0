/**
 * Why a signature was refused, by the code that S3 answers with. The JSON services (SQS, DynamoDB …) know fewer:
 * `jsonErrorType` translates.
 */
const PROBLEMS = {
  AccessDenied: { status: 403, jsonType: "AccessDeniedException" },
  AuthorizationHeaderMalformed: { status: 400, jsonType: "IncompleteSignatureException" },
  AuthorizationQueryParametersError: { status: 400, jsonType: "IncompleteSignatureException" },
  InvalidAccessKeyId: { status: 403, jsonType: "UnrecognizedClientException" },
  InvalidToken: { status: 400, jsonType: "UnrecognizedClientException" },
  InvalidArgument: { status: 400, jsonType: "IncompleteSignatureException" },
  InvalidRequest: { status: 400, jsonType: "IncompleteSignatureException" },
  RequestTimeTooSkewed: { status: 403, jsonType: "InvalidSignatureException" },
  SignatureDoesNotMatch: { status: 403, jsonType: "InvalidSignatureException" },
  XAmzContentSHA256Mismatch: { status: 400, jsonType: "InvalidSignatureException" },
  IncompleteBody: { status: 400, jsonType: "IncompleteSignatureException" },
  MalformedTrailerError: { status: 400, jsonType: "IncompleteSignatureException" },
} as const satisfies Record<string, { readonly status: number; readonly jsonType: string }>;

export type SignatureProblem = keyof typeof PROBLEMS;

/** A request that does not prove who sent it. `message` is safe to send back. */
export class SignatureError extends Error {
  override readonly name = "SignatureError";

  constructor(
    /** S3's error code. */
    readonly code: SignatureProblem,
    message: string,
  ) {
    super(message);
  }

  /** HTTP status, as S3 answers. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** The error type of the JSON services, which answer every one of these with status 400. */
  get jsonErrorType(): string {
    return PROBLEMS[this.code].jsonType;
  }
}
