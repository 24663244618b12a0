import { Transform } from "node:stream";
import { DarkroomError } from "../support/errors.ts";

export function createTooLargeError(maxBytes: number): DarkroomError {
  const megabytes = Math.floor(maxBytes / 1_000_000);
  const limit = megabytes > 0 ? `${megabytes} MB` : `${maxBytes} bytes`;
  return new DarkroomError("FILE_TOO_LARGE", `The file is larger than the ${limit} that are accepted.`);
}

/** Passes bytes on and fails at the first one past `maxBytes`, whatever a length header promised (security.md E5). */
export function createSizeCap(maxBytes: number): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > maxBytes) done(createTooLargeError(maxBytes));
      else done(null, chunk);
    },
  });
}
