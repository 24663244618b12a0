import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { S3Error } from "./s3-error.ts";

/** S3's limit of everything before the file. */
const MAX_FIELD_BYTES = 20 * 1024;
const MAX_FIELDS = 100;

/** A form as far as it was read: its file is still to come. */
export interface PostForm {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Readable;
  readonly fileName: string;
  /** Resolves when the form has ended as it should. Throws S3Error where it is cut short or has a second file. */
  readonly finished: Promise<void>;
}

/**
 * Reads a multipart/form-data body up to its file, which S3 wants to be the last field: what follows it is ignored.
 * Throws S3Error MalformedPOSTRequest; no form, however broken, may do more than that.
 */
export function readForm(request: IncomingMessage): Promise<PostForm> {
  const { promise: form, resolve, reject } = withResolvers<PostForm>();
  const ended = withResolvers<void>();
  // Whoever waits sees the failure; nobody may be waiting yet.
  ended.promise.catch(() => undefined);
  const fields = new Map<string, string>();
  let bytes = 0;
  let file: Readable | undefined;
  const fail = (error: S3Error): void => {
    request.unpipe();
    file?.destroy(error);
    reject(error);
    ended.reject(error);
  };
  const parser = createParser(request);
  parser.on("field", (name, value, _nameCut, valueCut) => {
    if (file) return;
    bytes += name.length + value.length;
    if (valueCut || bytes > MAX_FIELD_BYTES) fail(tooMuch());
    if (fields.has(name.toLowerCase())) fail(malformed(`the field ${name} occurs twice`));
    fields.set(name.toLowerCase(), value);
  });
  parser.on("fieldsLimit", () => fail(tooMuch()));
  parser.on("file", (_name, stream, fileName) => {
    // Emitted when the body ends inside the file; destroying the stream keeps the error for a reader yet to come.
    stream.on("error", () => fail(malformed("it ends in the middle of the file")));
    if (file) return fail(oneFile());
    file = stream;
    resolve({ fields, file: stream, fileName: fileName ?? "", finished: ended.promise });
  });
  parser.on("finish", () => (file ? ended.resolve() : fail(oneFile())));
  parser.on("error", (error) => fail(malformed(error instanceof Error ? error.message : String(error))));
  request.on("error", () => fail(malformed("the connection was closed")));
  request.pipe(parser);
  return form;
}

function createParser(request: IncomingMessage): BusboyInstance {
  const type = request.headers["content-type"];
  if (type === undefined) throw malformed("it has no Content-Type");
  try {
    return new Busboy({
      headers: { ...request.headers, "content-type": type },
      // By name alone: a browser's Blob and a plain text field may both be the file, and nothing else may.
      isPartAFile: (name) => name?.toLowerCase() === "file",
      limits: { fieldSize: MAX_FIELD_BYTES, fields: MAX_FIELDS, fieldNameSize: 256, headerPairs: 20, headerSize: 4096 },
    });
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(why: string): S3Error {
  return new S3Error(
    "MalformedPOSTRequest",
    `The body of your POST request is not well-formed multipart/form-data: ${why}.`,
  );
}

function tooMuch(): S3Error {
  return new S3Error(
    "MaxPostPreDataLengthExceeded",
    "Your POST request fields preceding the upload file were too large.",
  );
}

function oneFile(): S3Error {
  return new S3Error("InvalidArgument", "POST requires exactly one file upload per request.", { ArgumentName: "file" });
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}
