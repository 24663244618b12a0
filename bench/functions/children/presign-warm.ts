import { randomUUID } from "node:crypto";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { S3UploadSigner } from "../../../lambdas/aws/s3-upload-signer.ts";
import { createPresignHandler } from "../../../lambdas/media/presign/routes.ts";
import { systemClock } from "../../../lambdas/support/clock.ts";
import { createLog } from "../../../lambdas/support/log.ts";
import { cpuMs, interleave } from "../../measure.ts";
import { CREDENTIALS, createPresignEvent, JOB_ID, REGION } from "../requests.ts";

/**
 * presign's handler, warm, with its own signer and log, and a table that takes everything at once. Reports microseconds
 * of CPU for each call, beside the SDK's own ways to sign alone, without a handler.
 */
const CALLS = 1000;
const BUCKET = "uploads";
const EXPIRES_SECONDS = 300;

const credentials = async () => CREDENTIALS;
const signer = new S3UploadSigner({ bucket: BUCKET, region: REGION, credentials });
const handler = createPresignHandler({
  jobs: { create: async () => {} },
  signer,
  clock: systemClock,
  newJobId: randomUUID,
  log: createLog("presign"),
  rules: {
    maxBytes: { image: 25_000_000, video: 500_000_000, audio: 200_000_000 },
    maxDurationSeconds: { video: 3600, audio: 14_400 },
    urlSeconds: EXPIRES_SECONDS,
    abandonedAfterSeconds: 3600,
    retentionDays: 90,
    heic: true,
  },
});
const client = new S3Client({ region: REGION, credentials, requestChecksumCalculation: "WHEN_REQUIRED" });

const grant = { contentType: "image/jpeg", expiresInSeconds: EXPIRES_SECONDS };
const object = { Bucket: BUCKET, ContentType: "image/jpeg" };

function call(method: "POST" | "PUT") {
  const event = createPresignEvent(method) as unknown as APIGatewayProxyEventV2;
  return async () => {
    const { statusCode, body } = await handler(event);
    if (statusCode !== 201) throw new Error(`presign answered ${statusCode}: ${body}`);
  };
}

function measure(run: (key: string) => Promise<unknown>) {
  return async () => {
    const ms = await cpuMs(async () => {
      for (let made = 0; made < CALLS; made++) await run(`image/${JOB_ID}`);
    });
    return (ms * 1000) / CALLS;
  };
}

const microseconds = await interleave({
  post: measure(call("POST")),
  sdkPost: measure((Key) =>
    createPresignedPost(client, {
      ...{ Bucket: BUCKET, Key, Expires: EXPIRES_SECONDS, Fields: { "Content-Type": "image/jpeg" } },
      Conditions: [["content-length-range", 1, 25_000_000]],
    }),
  ),
  signPost: measure((key) => signer.signPost({ ...grant, key, now: new Date(), maxBytes: 25_000_000 })),
  put: measure(call("PUT")),
  sdkPut: measure((Key) =>
    getSignedUrl(client, new PutObjectCommand({ ...object, Key, IfNoneMatch: "*" }), { expiresIn: EXPIRES_SECONDS }),
  ),
  signPut: measure((key) => signer.signPut({ ...grant, key, now: new Date(), bytes: 3_000_000 })),
});
process.send?.(microseconds);
process.disconnect();
