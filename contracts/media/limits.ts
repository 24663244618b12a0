/** Limits of the HTTP API. Apart from `api.ts`, so that the page and status have them without the schemas. */

/** A file name may not be longer, in UTF-8 bytes (threats.md U4). */
export const MAX_FILE_NAME_BYTES = 255;
/** S3 takes no larger object in one request: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;
