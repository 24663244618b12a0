import { ADDRESSES } from "../../contracts/media/addresses.ts";
import type { PresignResponse, StatusResponse } from "../../contracts/media/api.ts";
import { isTerminal } from "../../contracts/media/job-status.ts";
import { makeStormFile, type StormFile } from "./storm-files.ts";

export interface StormUpload {
  readonly jobId: string;
  readonly key: string;
  readonly statusUrl: string;
  readonly expected: StormFile["expected"];
}

/** Runs `task` for 0 … count − 1, at most `parallel` at once. */
export async function inParallel<T>(
  count: number,
  parallel: number,
  task: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await task(index);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
  return results;
}

/** Presigns and uploads one file of the mix, as a browser would. The API's throttle (429) and a restart are waited out. */
export async function uploadOne(apiUrl: string, index: number): Promise<StormUpload> {
  const file = await makeStormFile(index);
  const { jobId, key, upload, statusUrl } = await presign(apiUrl, file);
  if (upload.method !== "POST") throw new Error("presign answered with another method than was asked for");
  await insist(`upload of ${key}`, async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
    form.append("file", new Blob([new Uint8Array(file.body)]));
    return fetch(upload.url, { method: "POST", body: form });
  });
  return { jobId, key, statusUrl, expected: file.expected };
}

async function presign(apiUrl: string, { fileName, contentType, body }: StormFile): Promise<PresignResponse> {
  const { method, path } = ADDRESSES.presign;
  const request = { fileName, contentType, size: body.length };
  const response = await insist("presign", () =>
    fetch(`${apiUrl}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    }),
  );
  return (await response.json()) as PresignResponse;
}

export async function readJob(statusUrl: string): Promise<StatusResponse> {
  return (await (await insist("status", () => fetch(statusUrl))).json()) as StatusResponse;
}

/** Reads the job until it has ended; throws, naming it, when it has not in time. */
export async function waitUntilEnded(upload: StormUpload, timeoutSeconds: number): Promise<StatusResponse> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const job = await readJob(upload.statusUrl);
    if (isTerminal(job.status)) return job;
    if (Date.now() > deadline) throw new Error(`${upload.key} is still ${job.status} after ${timeoutSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The addresses of renditions that a COMPLETED job names and the CDN does not deliver whole. */
export async function findHoles(job: StatusResponse): Promise<string[]> {
  const checked = await Promise.all(
    job.renditions.map(async ({ url, bytes }) => {
      const body = await (await insist("rendition", () => fetch(url))).arrayBuffer();
      return body.byteLength === bytes ? undefined : `${url} has ${body.byteLength} of ${bytes} bytes`;
    }),
  );
  return checked.flatMap((hole) => hole ?? []);
}

/** Tries for a minute while the server throttles, restarts or answers 5xx; any other refusal is a failure at once. */
async function insist(what: string, send: () => Promise<Response>): Promise<Response> {
  let last = "";
  for (let attempt = 0; attempt < 240; attempt++) {
    const response = await send().catch((error: unknown) => {
      last = String(error);
      return undefined;
    });
    if (response?.ok) return response;
    if (response) {
      last = `${response.status} ${await response.text()}`;
      if (response.status !== 429 && response.status < 500) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${what}: ${last}`);
}
