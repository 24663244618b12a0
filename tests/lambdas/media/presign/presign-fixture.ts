import { randomUUID } from "node:crypto";
import { S3UploadSigner } from "../../../../lambdas/aws/s3-upload-signer.ts";
import { MemoryJobTable } from "../../../../lambdas/media/jobs/memory/job-table.ts";
import { createPresignHandler } from "../../../../lambdas/media/presign/routes.ts";
import { recordLog, startClock } from "../../support/fakes.ts";
import { type HttpCall, makeHttpEvent, readBody } from "../../support/http-events.ts";

export const RULES = {
  maxBytes: { image: 25_000_000, video: 500_000_000, audio: 200_000_000 },
  maxDurationSeconds: { video: 3600, audio: 14_400 },
  urlSeconds: 300,
  abandonedAfterSeconds: 3600,
  retentionDays: 30,
  heic: true,
};

export const GOOD_REQUEST = { fileName: "beach.jpg", contentType: "image/jpeg", size: 1_234_567 };

/** presign with real signatures and a table in memory. */
export function makePresign(rules: Partial<typeof RULES> = {}) {
  const jobs = new MemoryJobTable();
  const clock = startClock();
  const log = recordLog();
  const signer = new S3UploadSigner({
    bucket: "uploads",
    region: "eu-central-1",
    credentials: async () => ({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" }),
  });
  const handle = createPresignHandler({
    jobs,
    signer,
    clock,
    log,
    newJobId: randomUUID,
    rules: { ...RULES, ...rules },
  });
  const call = async (call: HttpCall) => {
    const result = await handle(makeHttpEvent({ method: "POST", path: "/presign/upload", ...call }));
    const body = result.body === undefined ? {} : readBody(result);
    return { statusCode: result.statusCode, headers: result.headers ?? {}, body: body as Record<string, never> };
  };
  return { jobs, clock, log, call, post: (request: unknown) => call({ body: JSON.stringify(request) }) };
}
