import { randomUUID } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { S3RenditionStore } from "../../../../lambdas/media/jobs/aws/s3-rendition-store.ts";
import { S3SourceStore } from "../../../../lambdas/media/jobs/aws/s3-source-store.ts";
import { type LaptopS3, startLaptopS3 } from "../../aws/laptop-s3.ts";
import { toRenditionBucket, toSourceBucket } from "../../aws/s3-buckets.ts";
import { describeRenditionStore, describeSourceStore } from "./object-store.contract.ts";

let s3: LaptopS3;
/** Roles with exactly the actions that the adapters' docstrings name. */
let reader: S3Client;
let writer: S3Client;

beforeAll(async () => {
  s3 = await startLaptopS3();
  await s3.createBucket("uploads", { versioned: true });
  await s3.createBucket("renditions");
  const keys = s3.issueRole(
    [["s3:GetObject", "s3:GetObjectVersion"], "arn:aws:s3:::uploads/image/*"],
    [["s3:ListBucket"], "arn:aws:s3:::uploads"],
  );
  reader = s3.connect(keys);
  writer = s3.connect(s3.issueRole([["s3:PutObject"], "arn:aws:s3:::renditions/v1/*"]));
});
afterAll(() => s3.stop());

describeSourceStore("in S3, with a worker's rights", () => toSourceBucket(s3.owner, reader, "uploads"));
describeRenditionStore("in S3, with a worker's rights", () => toRenditionBucket(s3.owner, writer, "renditions"));

describe("the stores in S3", () => {
  it("P1: do not take a denial for an absence", async () => {
    const blind = s3.connect(s3.issueRole([["s3:GetObject"], "arn:aws:s3:::uploads/image/*"]));
    const store = new S3SourceStore(blind, "uploads");

    await expect(store.exists(`image/${randomUUID()}`)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it("P1: pass a denied write on at once, as a fault", async () => {
    const store = new S3RenditionStore(reader, "renditions");

    const put = store.put("v1/x/w640.webp", Buffer.from("abc"), "image/webp");

    await expect(put).rejects.toMatchObject({ name: "AccessDenied" });
  });
});
