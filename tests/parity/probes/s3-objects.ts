import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { answerTo } from "../answers.ts";
import { ACCEPTED, judge, type Probe } from "../probe.ts";
import type { Target } from "../target.ts";

const USER_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";
const API = "https://docs.aws.amazon.com/AmazonS3/latest/API";
const PART_BYTES = 5 * 1024 * 1024;

const bucketOf = ({ world }: Target): string => world.buckets.media.name;

function write(target: Target, Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) {
  return target.s3.send(new PutObjectCommand({ Bucket: bucketOf(target), Key, Body, ...more }));
}

function read(target: Target, Key: string, more: { VersionId?: string; IfMatch?: string; Range?: string } = {}) {
  return target.s3.send(new GetObjectCommand({ Bucket: bucketOf(target), Key, ...more }));
}

async function textOf(reading: ReturnType<typeof read>): Promise<string> {
  return (await (await reading).Body?.transformToString()) ?? "nothing";
}

/** An upload in parts that has been begun. */
async function begin(target: Target, Key: string) {
  const Bucket = bucketOf(target);
  const { UploadId } = await target.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId };
  return {
    upload,
    send: (PartNumber: number, Body: Buffer) => target.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body })),
    complete: (...eTags: readonly (string | undefined)[]) => {
      const Parts = eTags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
      return target.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    },
    abort: () => target.s3.send(new AbortMultipartUploadCommand(upload)),
  };
}

export const S3_OBJECT_PROBES: readonly Probe[] = [
  {
    id: "read-by-version",
    service: "S3",
    behaviour: "In a versioned bucket an object that was replaced can still be read by its version id.",
    source: `${USER_GUIDE}/RetrievingObjectVersions.html`,
    async run(target) {
      const first = await write(target, "objects/replaced", "first");
      await write(target, "objects/replaced", "second");
      return judge(
        ["by version", await textOf(read(target, "objects/replaced", { VersionId: first.VersionId })), "first"],
        ["without one", await textOf(read(target, "objects/replaced")), "second"],
      );
    },
  },
  {
    id: "delete-leaves-version",
    service: "S3",
    behaviour: "Deleting from a versioned bucket leaves a marker: the key is not found, its versions can be read.",
    source: `${USER_GUIDE}/DeleteMarker.html`,
    async run(target) {
      const { VersionId } = await write(target, "objects/deleted", "still here");
      const { DeleteMarker } = await target.s3.send(
        new DeleteObjectCommand({ Bucket: bucketOf(target), Key: "objects/deleted" }),
      );
      return judge(
        ["deleting says that it made a marker", String(DeleteMarker), "true"],
        ["by key", await answerTo(read(target, "objects/deleted")), "NoSuchKey"],
        ["by version", await textOf(read(target, "objects/deleted", { VersionId })), "still here"],
      );
    },
  },
  {
    id: "write-if-none-match",
    service: "S3",
    behaviour: "A write with If-None-Match: * is refused with 412 where the object exists; of many at once one wins.",
    source: `${USER_GUIDE}/conditional-writes.html`,
    isRace: true,
    async run(target) {
      const attempts = Array.from({ length: 8 }, (_, index) =>
        answerTo(write(target, "objects/lock", String(index), { IfNoneMatch: "*" })),
      );
      const answers = await Promise.all(attempts);
      const others = new Set(answers.filter((answer) => answer !== ACCEPTED));
      // AWS answers 409 to a write that meets another one under way.
      others.delete("ConditionalRequestConflict");
      others.delete("PreconditionFailed");
      const after = answerTo(write(target, "objects/lock", "late", { IfNoneMatch: "*" }));
      return judge(
        ["how many of eight writes win", String(answers.filter((answer) => answer === ACCEPTED).length), "1"],
        ["other refusals", [...others].sort().join(", ") || "none", "none"],
        ["a write that comes later", await after, "PreconditionFailed"],
      );
    },
  },
  {
    id: "write-if-match",
    service: "S3",
    behaviour: "A write with If-Match is refused with 412 where the object is another by now.",
    source: `${USER_GUIDE}/conditional-writes.html`,
    async run(target) {
      const { ETag: IfMatch } = await write(target, "objects/compared", "first");
      const change = (text: string) => answerTo(write(target, "objects/compared", text, { IfMatch }));
      return judge(
        ["the object that was read", await change("second"), ACCEPTED],
        ["another one", await change("third"), "PreconditionFailed"],
      );
    },
  },
  {
    id: "read-if-match",
    service: "S3",
    behaviour: "A read with If-Match is refused with 412 where the object is another by now.",
    source: `${USER_GUIDE}/conditional-reads.html`,
    async run(target) {
      const { ETag: IfMatch } = await write(target, "objects/matched", "first");
      const before = await answerTo(read(target, "objects/matched", { IfMatch }));
      await write(target, "objects/matched", "second");
      return judge(
        ["the same object", before, ACCEPTED],
        ["another one", await answerTo(read(target, "objects/matched", { IfMatch })), "PreconditionFailed"],
      );
    },
  },
  {
    id: "read-range",
    service: "S3",
    behaviour: "A read with a Range answers with those bytes alone, and with 416 beyond the end.",
    source: `${API}/API_GetObject.html`,
    async run(target) {
      await write(target, "objects/range", "0123456789");
      const part = await read(target, "objects/range", { Range: "bytes=2-4" });
      return judge(
        ["the status", String(part.$metadata.httpStatusCode), "206"],
        ["the bytes", (await part.Body?.transformToString()) ?? "nothing", "234"],
        ["where they stand", part.ContentRange ?? "nowhere", "bytes 2-4/10"],
        ["the last three", await textOf(read(target, "objects/range", { Range: "bytes=-3" })), "789"],
        ["beyond the end", await answerTo(read(target, "objects/range", { Range: "bytes=10-" })), "InvalidRange"],
      );
    },
  },
  {
    id: "write-wrong-md5",
    service: "S3",
    behaviour: "A body that is not what its Content-MD5 says is refused with BadDigest.",
    source: `${API}/API_PutObject.html`,
    async run(target) {
      const md5 = (text: string): string => createHash("md5").update(text).digest("base64");
      const send = (ContentMD5: string) => answerTo(write(target, "objects/digest", "body", { ContentMD5 }));
      return judge(
        ["another body's", await send(md5("another body")), "BadDigest"],
        ["its own", await send(md5("body")), ACCEPTED],
      );
    },
  },
  {
    id: "parts-completed",
    service: "S3",
    behaviour: "An upload in parts is no object until it is completed, and then has the parts' bytes in order.",
    source: `${USER_GUIDE}/mpuoverview.html`,
    async run(target) {
      const upload = await begin(target, "objects/parts");
      const second = await upload.send(2, Buffer.from("the end"));
      const first = await upload.send(1, Buffer.alloc(PART_BYTES, "a"));
      const early = await answerTo(read(target, "objects/parts"));
      await upload.complete(first.ETag, second.ETag);
      const Range = `bytes=${PART_BYTES - 1}-`;
      return judge(
        ["before", early, "NoSuchKey"],
        ["the bytes where the parts meet", await textOf(read(target, "objects/parts", { Range })), "athe end"],
      );
    },
  },
  {
    id: "parts-too-small",
    service: "S3",
    behaviour: "A part below 5 MiB that is not the last is refused with EntityTooSmall when the upload is completed.",
    source: `${API}/API_CompleteMultipartUpload.html`,
    async run(target) {
      const upload = await begin(target, "objects/small-parts");
      const first = await upload.send(1, Buffer.from("small"));
      const second = await upload.send(2, Buffer.from("small"));
      const answer = await answerTo(upload.complete(first.ETag, second.ETag));
      await answerTo(upload.abort());
      return judge(["completing", answer, "EntityTooSmall"]);
    },
  },
  {
    id: "parts-aborted",
    service: "S3",
    behaviour: "After an upload in parts was aborted, another part is refused with NoSuchUpload.",
    source: `${API}/API_AbortMultipartUpload.html`,
    async run(target) {
      const upload = await begin(target, "objects/aborted");
      await upload.send(1, Buffer.from("a part"));
      await upload.abort();
      const Bucket = bucketOf(target);
      return judge(
        ["another part", await answerTo(upload.send(2, Buffer.from("late"))), "NoSuchUpload"],
        [
          "the object",
          await answerTo(target.s3.send(new HeadObjectCommand({ Bucket, Key: "objects/aborted" }))),
          "NotFound",
        ],
      );
    },
  },
];
