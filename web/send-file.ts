import type { PresignResponse } from "../contracts/api.ts";
import { ApiError } from "./api-client.ts";

/**
 * Sends the file to S3 as the presigned upload says. XMLHttpRequest, because fetch reports no upload progress.
 * `onProgress` gets a fraction from 0 to 1. Rejects with an ApiError, or an AbortError when the signal aborts.
 */
export function sendFile(
  upload: PresignResponse["upload"],
  file: File,
  onProgress: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(upload.method, upload.url);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => (request.status < 300 ? resolve() : reject(readS3Error(request)));
    request.onerror = () =>
      reject(new ApiError("The upload was interrupted. Check the connection and try again.", { retryable: true }));
    request.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    if (upload.method === "PUT") sendPut(request, upload.headers, file);
    else request.send(postForm(upload.fields, file));
  });
}

function sendPut(request: XMLHttpRequest, headers: Record<string, string>, file: File): void {
  for (const [name, value] of Object.entries(headers)) {
    // The browser sets the length itself, and refuses to be told.
    if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
  }
  request.send(file);
}

/** S3 reads the fields up to `file` and ignores what follows, so the file comes last. */
function postForm(fields: Record<string, string>, file: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return form;
}

const S3_ERRORS: Record<string, string> = {
  EntityTooLarge: "The file is larger than is accepted.",
  EntityTooSmall: "The file is empty.",
  AccessDenied: "The upload was refused: its address may have expired. Try again.",
};

function readS3Error(request: XMLHttpRequest): ApiError {
  const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1];
  const known = code ? S3_ERRORS[code] : undefined;
  const retryable = request.status >= 500 || request.status === 403;
  return new ApiError(known ?? `The upload was refused (${code ?? request.status}). Try again.`, { retryable });
}
