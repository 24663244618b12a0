import { API_ERRORS, type ErrorTable } from "../http/errors.ts";

/**
 * Every error that a person can meet: its code, its HTTP status where it answers a request, whether trying the same
 * again can help, and what it says. The HTTP edge and the batch edge each map a code once; the docs' table is made
 * from this one. An error without a status ends a job; `retryable` has the queue deliver its message again.
 */
export const ERRORS = {
  ...API_ERRORS,
  BODY_TOO_LARGE: {
    ...API_ERRORS.BODY_TOO_LARGE,
    message: "The request body is larger than 8 KB. The file itself goes to the address that this request answers.",
  },
  ROUTE_NOT_FOUND: {
    ...API_ERRORS.ROUTE_NOT_FOUND,
    message: "There is no such address. The file docs/openapi.json lists those that there are.",
  },

  UNSUPPORTED_CONTENT_TYPE: {
    status: 400,
    retryable: false,
    message: "This kind of file can't be opened. Add a picture, a film or a recording, such as JPEG, MP4 or MP3.",
  },
  UNSUPPORTED_CONVERSION: {
    status: 400,
    retryable: false,
    message: "This kind of file can't be converted to that format. Choose another one, or none.",
  },
  FILE_TOO_LARGE: {
    status: 400,
    retryable: false,
    message: "The file is larger than is accepted. Make it smaller and add it again.",
  },
  FILE_EMPTY: {
    status: 400,
    retryable: false,
    message: "The file is empty. Save or copy it once more and add it again.",
  },
  JOB_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: "There is no such job. Jobs are forgotten after a while: add the file again.",
  },

  UNSUPPORTED_FORMAT: {
    retryable: false,
    message:
      "The file is in no format that can be opened, whatever its name says. Export it as JPEG, MP4 or MP3 and add it again.",
  },
  CORRUPT_MEDIA: {
    retryable: false,
    message: "The file is damaged or incomplete and can't be read. Copy or export it once more and add it again.",
  },
  TOO_MANY_PIXELS: {
    retryable: false,
    message: "The picture has more pixels than are accepted. Make it smaller and add it again.",
  },
  TOO_LONG: { retryable: false, message: "The recording is longer than is accepted. Cut it and add it again." },
  TOO_MANY_STREAMS: {
    retryable: false,
    message:
      "The file holds more streams than are accepted. Export it with one picture and one sound and add it again.",
  },
  NO_MEDIA_STREAM: {
    retryable: false,
    message: "The file holds neither picture nor sound that can be played. Check that it is the right one.",
  },
  OUTPUT_TOO_LARGE: {
    retryable: false,
    message: "The converted file would be larger than is accepted. Make the file smaller and add it again.",
  },
  ENCODER_FAILED: {
    retryable: false,
    message: "The file could not be converted. Export it once more, as MP4 if it is a film, and add it again.",
  },
  ENCODER_MISSING: {
    retryable: false,
    message:
      "Films and sound can't be converted here, because ffmpeg is not installed. Install ffmpeg and start again.",
  },
  TIMEOUT: {
    retryable: false,
    message: "The file took longer to process than is allowed. Make it shorter or smaller and add it again.",
  },
  OUT_OF_DISK: {
    retryable: true,
    message: "There was not enough room to process the file. It is tried again by itself.",
  },
  WORKER_CRASHED: {
    retryable: false,
    message: "Processing the file failed several times and was given up. Export it once more and add it again.",
  },
  SOURCE_GONE: { retryable: false, message: "The uploaded file was deleted before it was processed. Add it again." },
  UPLOAD_EXPIRED: { retryable: false, message: "The file was not uploaded in time. Add it again." },
} as const satisfies ErrorTable;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
