/**
 * Every error that a person can meet: its code, its HTTP status where it answers a request, whether trying the same
 * again can help, and what it says. The HTTP edge and the batch edge each map a code once; the docs' table is made
 * from this one. `message` is the general text: a thrower adds the particulars (what was wrong, what was expected).
 */
interface ErrorEntry {
  /** HTTP status when it answers a request; a job's error has none. */
  readonly status?: number;
  /** True: the queue delivers the message again. False: the job ends as FAILED. */
  readonly retryable: boolean;
  readonly message: string;
}

export const ERRORS = {
  INVALID_JSON: { status: 400, retryable: false, message: "The request body is not valid JSON." },
  INVALID_REQUEST: { status: 400, retryable: false, message: "The request does not have the expected form." },
  UNSUPPORTED_CONTENT_TYPE: { status: 400, retryable: false, message: "Files of this type are not accepted." },
  UNSUPPORTED_CONVERSION: {
    status: 400,
    retryable: false,
    message: "This kind of file cannot be converted to that format.",
  },
  FILE_TOO_LARGE: { status: 400, retryable: false, message: "The file is larger than is accepted." },
  FILE_EMPTY: { status: 400, retryable: false, message: "The file is empty." },
  BODY_TOO_LARGE: { status: 413, retryable: false, message: "The request body is larger than 8 KB." },
  JOB_NOT_FOUND: { status: 404, retryable: false, message: "There is no such job." },
  ROUTE_NOT_FOUND: { status: 404, retryable: false, message: "There is no such address." },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, message: "This address does not take that method." },
  INTERNAL: { status: 500, retryable: true, message: "Something went wrong on our side. Please try again." },

  UNSUPPORTED_FORMAT: {
    retryable: false,
    message: "The file is not in a format that is accepted, whatever its name says.",
  },
  CORRUPT_MEDIA: { retryable: false, message: "The file is damaged or incomplete and cannot be read." },
  TOO_MANY_PIXELS: { retryable: false, message: "The picture has more pixels than are accepted." },
  TOO_LONG: { retryable: false, message: "The recording is longer than is accepted." },
  TOO_MANY_STREAMS: { retryable: false, message: "The file holds more streams than are accepted." },
  NO_MEDIA_STREAM: { retryable: false, message: "The file holds neither picture nor sound that can be played." },
  OUTPUT_TOO_LARGE: { retryable: false, message: "The converted file would be larger than is accepted." },
  ENCODER_FAILED: { retryable: false, message: "The file could not be converted." },
  ENCODER_MISSING: {
    retryable: false,
    message:
      "Video and audio cannot be converted here, because ffmpeg is not installed. Install ffmpeg and start again.",
  },
  TIMEOUT: { retryable: false, message: "The file took longer to process than is allowed." },
  OUT_OF_DISK: { retryable: true, message: "There was not enough room to process the file." },
  WORKER_CRASHED: { retryable: false, message: "Processing the file failed several times and was given up." },
  SOURCE_GONE: { retryable: false, message: "The uploaded file was deleted before it was processed." },
  UPLOAD_EXPIRED: { retryable: false, message: "The file was not uploaded in time." },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
