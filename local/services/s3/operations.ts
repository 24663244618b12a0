import { readDocument } from "./body.ts";
import { CONFIGURATIONS, type ConfigurationName } from "./bucket-configuration.ts";
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from "./bucket-operations.ts";
import type { ConfigurationDocument } from "./configuration-document.ts";
import { copyObject } from "./copy-object.ts";
import { listObjects, listObjectsV2, listObjectVersions } from "./list-objects.ts";
import { listMultipartUploads } from "./list-uploads.ts";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
  uploadPartCopy,
} from "./multipart.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./object-tagging.ts";
import { readObject } from "./read-object.ts";
import { notImplemented, S3Error } from "./s3-error.ts";
import type { AuthenticatedRequest, BucketRequest, ObjectRequest, S3Core, S3Reply, S3Request } from "./s3-request.ts";
import { deleteObject, deleteObjects, putObject } from "./write-object.ts";

/** What a request is for, and the IAM action that it takes; undefined where each key is asked about on its own. */
export type Operation =
  | {
      readonly on: "service";
      readonly action: string;
      run(core: S3Core, request: AuthenticatedRequest): Promise<S3Reply>;
    }
  | {
      readonly on: "bucket";
      readonly action: string | undefined;
      /** CreateBucket's bucket does not exist yet. */
      readonly creates?: true;
      run(core: S3Core, request: BucketRequest): Promise<S3Reply>;
    }
  | { readonly on: "object"; readonly action: string; run(core: S3Core, request: ObjectRequest): Promise<S3Reply> };

/** `subresource` names the query parameter that makes the difference; "" where none does. */
type Table<On extends Operation["on"]> = Readonly<Record<string, Omit<Extract<Operation, { on: On }>, "on">>>;

const ON_BUCKET: Table<"bucket"> = {
  "GET ": { action: "s3:ListBucket", run: listObjects },
  "GET list-type": { action: "s3:ListBucket", run: listObjectsV2 },
  "GET versions": { action: "s3:ListBucketVersions", run: listObjectVersions },
  "GET uploads": { action: "s3:ListBucketMultipartUploads", run: listMultipartUploads },
  "GET location": { action: "s3:GetBucketLocation", run: getBucketLocation },
  "HEAD ": { action: "s3:ListBucket", run: headBucket },
  "PUT ": { action: "s3:CreateBucket", creates: true, run: createBucket },
  "DELETE ": { action: "s3:DeleteBucket", run: deleteBucket },
  "POST delete": { action: undefined, run: deleteObjects },
};

const ON_OBJECT: Table<"object"> = {
  "GET ": { action: "s3:GetObject", run: readObject },
  "HEAD ": { action: "s3:GetObject", run: readObject },
  "PUT ": { action: "s3:PutObject", run: putObject },
  "PUT copy": { action: "s3:PutObject", run: copyObject },
  "DELETE ": { action: "s3:DeleteObject", run: deleteObject },
  "GET tagging": { action: "s3:GetObjectTagging", run: getObjectTagging },
  "PUT tagging": { action: "s3:PutObjectTagging", run: putObjectTagging },
  "DELETE tagging": { action: "s3:DeleteObjectTagging", run: deleteObjectTagging },
  "POST uploads": { action: "s3:PutObject", run: createMultipartUpload },
  "POST uploadId": { action: "s3:PutObject", run: completeMultipartUpload },
  "PUT uploadId": { action: "s3:PutObject", run: uploadPart },
  "PUT uploadId copy": { action: "s3:PutObject", run: uploadPartCopy },
  "GET uploadId": { action: "s3:ListMultipartUploadParts", run: listParts },
  "DELETE uploadId": { action: "s3:AbortMultipartUpload", run: abortMultipartUpload },
};

/** Every subresource of S3: one that a table lacks is refused by name instead of being taken for an object's GET. */
const SUBRESOURCES = [
  ...["list-type", "versions", "uploads", "location", "delete", "tagging", "uploadId"],
  ...(Object.keys(CONFIGURATIONS) as ConfigurationName[]),
  ...[
    "acl",
    "accelerate",
    "analytics",
    "append",
    "attributes",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "logging",
  ],
  ...[
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "object-lock",
    "policyStatus",
    "renameObject",
    "replication",
  ],
  ...["requestPayment", "restore", "retention", "select", "session", "torrent", "website"],
];

/** Actions on a version that the request names have names of their own. */
const VERSIONED = [
  "s3:GetObject",
  "s3:DeleteObject",
  "s3:GetObjectTagging",
  "s3:PutObjectTagging",
  "s3:DeleteObjectTagging",
];

/** Throws S3Error NotImplemented or MethodNotAllowed. */
export function findOperation(request: S3Request): Operation {
  const { method, query } = request;
  const subresource = SUBRESOURCES.find((name) => query.has(name)) ?? "";
  const copy = method === "PUT" && request.headers.has("x-amz-copy-source") ? " copy" : "";
  if (request.bucket === undefined) {
    if (method === "GET" && subresource === "")
      return { on: "service", action: "s3:ListAllMyBuckets", run: listBuckets };
    throw refuse(method, subresource);
  }
  if (request.key === undefined) {
    const configuration = Object.entries(CONFIGURATIONS).find(([name]) => name === subresource)?.[1];
    const found = configuration ? configure(method, configuration) : ON_BUCKET[`${method} ${subresource}`];
    if (found) return { on: "bucket", ...found };
    throw refuse(method, subresource);
  }
  const found = ON_OBJECT[`${method} ${subresource}${subresource === "" ? copy.trim() : copy}`];
  if (!found) throw refuse(method, subresource);
  const versioned = query.has("versionId") && VERSIONED.includes(found.action);
  return { on: "object", ...found, action: versioned ? versionAction(found.action) : found.action };
}

function configure(method: string, document: ConfigurationDocument): Table<"bucket">[string] | undefined {
  if (method === "GET") {
    return {
      action: `s3:Get${document.action}`,
      run: async (core, { bucket }) => {
        const body = document.print(core.catalog.getBucket(bucket).settings);
        if (body === undefined) throw new S3Error(...document.missing, { BucketName: bucket });
        return { status: 200, body };
      },
    };
  }
  const action = `s3:${method === "DELETE" && document.action === "BucketPolicy" ? "Delete" : "Put"}${document.action}`;
  if (method === "PUT") {
    return {
      action,
      run: async (core, request) => {
        const { text } = await readDocument(request);
        const { settings } = core.catalog.getBucket(request.bucket);
        await core.configure(request.bucket, document.parse(text, settings));
        return { status: 200 };
      },
    };
  }
  const { removed } = document;
  if (method !== "DELETE" || !removed) return undefined;
  return {
    action,
    run: async (core, { bucket }) => {
      await core.configure(bucket, removed);
      return { status: 204 };
    },
  };
}

/** s3:GetObject → s3:GetObjectVersion, s3:GetObjectTagging → s3:GetObjectVersionTagging. */
function versionAction(action: string): string {
  return action.replace(/Object(Tagging)?$/, "ObjectVersion$1");
}

function refuse(method: string, subresource: string): S3Error {
  if (subresource !== "") return notImplemented(`${method} ?${subresource}`);
  return new S3Error("MethodNotAllowed", "The specified method is not allowed against this resource.", {
    Method: method,
  });
}
