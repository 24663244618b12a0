import { readDocument } from "./body.ts";
import { owner } from "./list-objects.ts";
import type { StoredSettings } from "./model.ts";
import { S3Error } from "./s3-error.ts";
import type { AuthenticatedRequest, BucketRequest, S3Core, S3Reply } from "./s3-request.ts";
import { printXml } from "./xml.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)(?!.*(-s3alias|--ol-s3|--x-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What S3 gives every new bucket since April 2023. */
const DEFAULTS: StoredSettings = {
  objectOwnership: "BucketOwnerEnforced",
  publicAccessBlock: {
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: true,
    restrictPublicBuckets: true,
  },
  encryption: { algorithm: "AES256" },
};

/** Throws S3Error for a name that is none, or is not free. */
export function addBucket(core: S3Core, bucket: string): void {
  if (!BUCKET_NAME.test(bucket)) {
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid.", { BucketName: bucket });
  }
  if (core.catalog.isOutOfReach(bucket)) {
    const message = "The requested bucket name is not available: it is kept for a stack that does not run just now.";
    throw new S3Error("BucketAlreadyExists", message, { BucketName: bucket });
  }
  core.catalog.commit({ kind: "bucket", bucket, createdAt: core.context.clock.now(), settings: DEFAULTS });
}

export async function createBucket(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const { bucket } = request;
  if (Number(request.headers.get("content-length") ?? 0) > 0) checkLocation(core, (await readDocument(request)).text);
  if (core.catalog.buckets.has(bucket)) {
    throw new S3Error(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      { BucketName: bucket },
    );
  }
  addBucket(core, bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
}

export async function deleteBucket(core: S3Core, request: BucketRequest): Promise<S3Reply> {
  const bucket = core.catalog.getBucket(request.bucket);
  if (bucket.versions.size > 0) {
    throw new S3Error(
      "BucketNotEmpty",
      "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
      {
        BucketName: bucket.name,
      },
    );
  }
  for (const uploadId of bucket.uploads.keys()) {
    core.catalog.commit({ kind: "upload-gone", bucket: bucket.name, uploadId, adopted: [] });
  }
  core.catalog.commit({ kind: "bucket-gone", bucket: bucket.name });
  return { status: 204 };
}

export async function headBucket(core: S3Core): Promise<S3Reply> {
  return { status: 200, headers: { "x-amz-bucket-region": core.context.region } };
}

export async function listBuckets(core: S3Core, _request: AuthenticatedRequest): Promise<S3Reply> {
  const Bucket = [...core.catalog.buckets.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt).toISOString() }));
  return { status: 200, body: printXml("ListAllMyBucketsResult", { Owner: owner(core), Buckets: { Bucket } }) };
}

export async function getBucketLocation(core: S3Core): Promise<S3Reply> {
  const { region } = core.context;
  // us-east-1 is the empty string, for historical reasons.
  return { status: 200, body: printXml("LocationConstraint", region === "us-east-1" ? "" : region) };
}

function checkLocation(core: S3Core, document: string): void {
  const [, location] = /<LocationConstraint>([^<]*)<\/LocationConstraint>/.exec(document) ?? [];
  if (location === undefined || location === core.context.region) return;
  throw new S3Error(
    "InvalidArgument",
    `The ${location} location constraint is incompatible: the laptop's region is ${core.context.region}.`,
  );
}
