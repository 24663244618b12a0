import { ADDRESSES } from "../../contracts/media/addresses.ts";
import {
  type PresignRequest,
  type PresignResponse,
  presignResponse,
  type StatusResponse,
  statusResponse,
} from "../../contracts/media/api.ts";
import { isTerminal } from "../../contracts/media/job-status.ts";

/** What a page or a script does with the API, for end-to-end tests. */

export interface TestFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly convertTo?: string;
}

const POLL_MS = 50;

/** The API's answer to a presign request, whatever it is. */
export function requestPresign(apiUrl: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${apiUrl}${ADDRESSES.presign.path}`, {
    method: ADDRESSES.presign.method,
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** An address to upload to. Throws with the answer's own words where it refuses. */
export async function presign(
  apiUrl: string,
  file: TestFile,
  method: PresignRequest["method"] = "POST",
): Promise<PresignResponse> {
  const { fileName, contentType, body, convertTo } = file;
  const request: PresignRequest = { fileName, contentType, size: body.length, convertTo, method };
  const response = await requestPresign(apiUrl, request);
  if (response.status === 201) return presignResponse.parse(await response.json());
  throw new Error(`presign answered ${response.status}: ${await response.text()}`);
}

/** Sends the bytes to where presign said; S3's own answer. */
export function sendFile({ upload }: PresignResponse, body: Buffer): Promise<Response> {
  if (upload.method === "PUT")
    return fetch(upload.url, { method: "PUT", headers: upload.headers, body: new Uint8Array(body) });
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(body)]));
  return fetch(upload.url, { method: "POST", body: form });
}

/** Presigns and uploads, as a page does. Throws where S3 refuses. */
export async function uploadFile(
  apiUrl: string,
  file: TestFile,
  method: PresignRequest["method"] = "POST",
): Promise<PresignResponse> {
  const presigned = await presign(apiUrl, file, method);
  const response = await sendFile(presigned, file.body);
  if (response.ok) return presigned;
  throw new Error(`the upload was answered ${response.status}: ${await response.text()}`);
}

export async function readJob(statusUrl: string): Promise<StatusResponse> {
  const response = await fetch(statusUrl);
  if (response.status === 200) return statusResponse.parse(await response.json());
  throw new Error(`status answered ${response.status}: ${await response.text()}`);
}

/** Reads the job until it has ended. Throws, naming where it stands, when it has not in time. */
export async function waitForJob({ statusUrl }: PresignResponse, timeoutSeconds = 20): Promise<StatusResponse> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const job = await readJob(statusUrl);
    if (isTerminal(job.status)) return job;
    if (Date.now() > deadline)
      throw new Error(`${job.key} is still ${job.status} (${job.progress} %) after ${timeoutSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Uploads a file and follows its job to the end. */
export async function processFile(apiUrl: string, file: TestFile, timeoutSeconds?: number): Promise<StatusResponse> {
  return waitForJob(await uploadFile(apiUrl, file), timeoutSeconds);
}
