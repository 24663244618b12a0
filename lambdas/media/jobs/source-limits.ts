import { Transform } from "node:stream";
import { describeBytes } from "../../support/describe-bytes.ts";
import { MediaError } from "../errors.ts";

export function createTooLargeError(maxBytes: number): MediaError {
  const limit = describeBytes(maxBytes, "down");
  const message = `The file is larger than the ${limit} that are accepted. Make it smaller and add it again.`;
  return new MediaError("FILE_TOO_LARGE", message);
}

/** Passes bytes on and fails at the first one past `maxBytes`, whatever a length header promised (threats.md E5). */
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
