import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { codeOf, outcomeOf, startS3, type TestS3, WORKER, WORKER_ARN } from "./s3-fixture.ts";

const Bucket = "guarded";
const object = `arn:aws:s3:::${Bucket}/a`;
let s3: TestS3;
let worker: S3Client;

beforeEach(async () => {
  s3 = await startS3();
  worker = s3.client(WORKER);
  await s3.service.putBucket(Bucket);
  await s3.client().send(new PutObjectCommand({ Bucket, Key: "a", Body: "secret", Tagging: "team=red" }));
  s3.asked.length = 0;
});

const allowOnly = (...actions: string[]) => {
  s3.authorize = ({ action }) => actions.includes(action);
};

describe("IAM is asked (P1, P9)", () => {
  const Tagging = { Tagging: "team=blue" };
  it.each([
    ["s3:ListAllMyBuckets", "*", new ListBucketsCommand({})],
    ["s3:ListBucket", `arn:aws:s3:::${Bucket}`, new ListObjectsV2Command({ Bucket })],
    ["s3:ListBucketVersions", `arn:aws:s3:::${Bucket}`, new ListObjectVersionsCommand({ Bucket })],
    ["s3:GetObject", object, new GetObjectCommand({ Bucket, Key: "a" })],
    ["s3:GetObject", object, new HeadObjectCommand({ Bucket, Key: "a" })],
    ["s3:GetObjectVersion", object, new GetObjectCommand({ Bucket, Key: "a", VersionId: "null" })],
    ["s3:PutObject", object, new PutObjectCommand({ Bucket, Key: "a", Body: "x" })],
    ["s3:PutObject", object, new CreateMultipartUploadCommand({ Bucket, Key: "a" })],
    ["s3:PutObject", object, new UploadPartCommand({ Bucket, Key: "a", UploadId: "1", PartNumber: 1, Body: "x" })],
    [
      "s3:PutObject",
      object,
      new CompleteMultipartUploadCommand({ Bucket, Key: "a", UploadId: "1", MultipartUpload: { Parts: [] } }),
    ],
    ["s3:DeleteObject", object, new DeleteObjectCommand({ Bucket, Key: "a" })],
    ["s3:DeleteObjectVersion", object, new DeleteObjectCommand({ Bucket, Key: "a", VersionId: "null" })],
    ["s3:GetObjectTagging", object, new GetObjectTaggingCommand({ Bucket, Key: "a" })],
    ["s3:GetBucketPolicy", `arn:aws:s3:::${Bucket}`, new GetBucketPolicyCommand({ Bucket })],
    [
      "s3:PutBucketCORS",
      `arn:aws:s3:::${Bucket}`,
      new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [] } }),
    ],
  ])("for %s on %s, and its no is AccessDenied", async (action, resource, command) => {
    s3.authorize = (request) => request.action !== action;

    const code = await codeOf(worker.send(command as GetObjectCommand));

    // An answer to HEAD has no body to say its code in.
    expect(code).toBe(command instanceof HeadObjectCommand ? "Unknown" : "AccessDenied");
    expect(s3.asked.find((request) => request.action === action)).toMatchObject({
      principal: { type: "role", arn: WORKER_ARN },
      resource,
      conditions: {
        "aws:SecureTransport": "true",
        "s3:authType": "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
      },
    });
    expect(s3.logged).toContainEqual(
      expect.objectContaining({ level: "warn", message: "access denied", action, resource }),
    );
  });

  it("for tags, and for the ETag that If-Match tells of, besides s3:PutObject", async () => {
    allowOnly("s3:PutObject");
    const put = (more: object) => codeOf(worker.send(new PutObjectCommand({ Bucket, Key: "a", Body: "x", ...more })));

    expect(await put(Tagging)).toBe("AccessDenied");
    expect(await put({ IfMatch: '"0"' })).toBe("AccessDenied");
    expect(await put({})).toBe("no error");
  });

  it("for both ends of a copy", async () => {
    const copy = () => codeOf(worker.send(new CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/a` })));

    allowOnly("s3:PutObject", "s3:PutObjectTagging", "s3:GetObjectTagging");
    expect(await copy()).toBe("AccessDenied");
    allowOnly("s3:GetObject", "s3:GetObjectTagging", "s3:PutObjectTagging");
    expect(await copy()).toBe("AccessDenied");
    allowOnly("s3:GetObject", "s3:PutObject", "s3:PutObjectTagging");
    expect(await copy()).toBe("AccessDenied");
    allowOnly("s3:GetObject", "s3:PutObject", "s3:PutObjectTagging", "s3:GetObjectTagging");
    expect(await copy()).toBe("no error");
  });

  it("for each key of DeleteObjects on its own", async () => {
    await s3.client().send(new PutObjectCommand({ Bucket, Key: "b", Body: "x" }));
    s3.authorize = ({ resource }) => resource !== object;

    const answer = await worker.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a" }, { Key: "b" }] } }),
    );

    expect(answer.Errors).toMatchObject([{ Key: "a", Code: "AccessDenied" }]);
    expect(answer.Deleted).toMatchObject([{ Key: "b" }]);
    expect(await codeOf(s3.client().send(new GetObjectCommand({ Bucket, Key: "a" })))).toBe("AccessDenied");
  });

  it("with the condition keys that policies ask for", async () => {
    await worker.send(new ListObjectsV2Command({ Bucket, Prefix: "a/", Delimiter: "/", MaxKeys: 5 }));
    await worker.send(new GetObjectCommand({ Bucket, Key: "a" }));

    expect(s3.asked[0]?.conditions).toMatchObject({ "s3:prefix": "a/", "s3:delimiter": "/", "s3:max-keys": "5" });
    expect(s3.asked[1]?.conditions).toMatchObject({ "s3:ExistingObjectTag/team": "red", "aws:SourceIp": "127.0.0.1" });
  });

  it("with the bucket's policy, for everybody, the anonymous among them", async () => {
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: object,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    };
    await s3.service.configureBucket(Bucket, { policy });
    s3.authorize = ({ principal }) => principal.type !== "anonymous";

    const answer = await outcomeOf(await fetch(`${s3.url}/${Bucket}/a`));

    expect(answer).toEqual({ status: 403, code: "AccessDenied" });
    expect(s3.asked.at(-1)).toMatchObject({
      principal: { type: "anonymous" },
      action: "s3:GetObject",
      resourcePolicy: policy,
    });
  });
});

describe("who may not list", () => {
  it("learns nothing of keys that do not exist: 403, where others get 404", async () => {
    allowOnly("s3:GetObject");
    expect(await codeOf(worker.send(new GetObjectCommand({ Bucket, Key: "missing" })))).toBe("AccessDenied");

    allowOnly("s3:GetObject", "s3:ListBucket");
    expect(await codeOf(worker.send(new GetObjectCommand({ Bucket, Key: "missing" })))).toBe("NoSuchKey");
  });
});

describe("a public policy", () => {
  const policy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` }],
  };

  it("lets nobody in where restrictPublicBuckets is on, and strangers where it is off", async () => {
    await s3.service.configureBucket(Bucket, { policy });
    const read = async () => (await fetch(`${s3.url}/${Bucket}/a`)).status;
    expect(await read()).toBe(403);

    const off = {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    };
    await s3.service.configureBucket(Bucket, { publicAccessBlock: off });

    expect(await read()).toBe(200);
    const override = await fetch(`${s3.url}/${Bucket}/a?response-content-type=text/html`);
    expect(await outcomeOf(override)).toEqual({ status: 400, code: "InvalidRequest" });
  });
});
