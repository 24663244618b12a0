import { ApiError, type PutUpload } from "./api-client.ts";

/** S3 answered, and did not take the file; as against an answer that was lost. */
export class UploadRefused extends ApiError {}

export type SendFile = typeof sendFile;

/**
 * Sends the file to S3 as the presigned upload says. XMLHttpRequest, because fetch reports no upload progress.
 * `onProgress` gets a fraction from 0 to 1. Rejects with an ApiError, which is an UploadRefused where S3 said no, or with
 * the signal's reason when it aborts. A file that has arrived before counts as sent.
 */
export function sendFile(
  upload: PutUpload,
  file: File,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("PUT", upload.url);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => (isThere(request) ? resolve() : reject(readS3Error(request)));
    request.onerror = () => reject(new ApiError("The connection was lost.", { retryable: true }));
    signal.addEventListener(
      "abort",
      () => {
        request.abort();
        reject(signal.reason);
      },
      { once: true },
    );
    for (const [name, value] of Object.entries(upload.headers)) {
      // The browser sets the length itself, and refuses to be told.
      if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    }
    request.send(file);
  });
}

/** 412: If-None-Match says that the key has its file, and nobody else has this key. */
function isThere({ status }: XMLHttpRequest): boolean {
  return status < 300 || status === 412;
}

function readS3Error(request: XMLHttpRequest): ApiError {
  // A server that is in trouble has not decided anything about the file.
  if (request.status >= 500) return new ApiError("The server is in trouble.", { retryable: true });
  const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1] ?? String(request.status);
  // 403: the address has expired, or the clocks differ; 409: two of the same at one moment; 400 RequestTimeout: too slow.
  const retryable = request.status === 403 || request.status === 409 || code === "RequestTimeout";
  const message = "The upload was refused. Reload the page and add the file again.";
  return new UploadRefused(message, { retryable, code });
}
