import { setTimeout as pause } from "node:timers/promises";
import { ADDRESSES } from "../../contracts/media/addresses.ts";
import { type PresignResponse, presignResponse, type StatusResponse } from "../../contracts/media/api.ts";
import { isTerminal } from "../../contracts/media/job-status.ts";

/** What a page does with the API, as quickly as it can be asked. */

const POLL_MS = 5;

export async function presignJpeg(apiUrl: string, bytes: number): Promise<PresignResponse> {
  const { method, path } = ADDRESSES.presign;
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fileName: "bench.jpg", contentType: "image/jpeg", size: bytes }),
  });
  if (response.status !== 201) throw new Error(`presign answered ${response.status}: ${await response.text()}`);
  return presignResponse.parse(await response.json());
}

export async function sendForm({ upload }: PresignResponse, body: Buffer): Promise<void> {
  if (upload.method !== "POST") throw new Error("presign answered with a PUT that nobody asked for");
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(body)]));
  const response = await fetch(upload.url, { method: "POST", body: form });
  if (!response.ok) throw new Error(`the upload was answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

export async function readStatus(statusUrl: string): Promise<StatusResponse> {
  const response = await fetch(statusUrl);
  if (response.status !== 200) throw new Error(`status answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as StatusResponse;
}

/** Asks until the job has ended. Throws where it did not complete. */
export async function waitUntilCompleted({ statusUrl }: PresignResponse): Promise<StatusResponse> {
  for (;;) {
    const job = await readStatus(statusUrl);
    if (job.status === "COMPLETED") return job;
    if (isTerminal(job.status)) throw new Error(`the job ended as ${job.status}: ${job.error?.message ?? ""}`);
    await pause(POLL_MS);
  }
}
