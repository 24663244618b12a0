import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { answerOf } from "../answers.ts";
import { ACCEPTED, type Answer, judge, type Probe } from "../probe.ts";
import type { Target } from "../target.ts";

const QUERY_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html";
const PRESIGNED_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html";
const CONDITIONAL_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";

const BODY = "ten bytes.";
const WRONG = "403 SignatureDoesNotMatch";
/** As presign signs them. */
const HEADERS = { "content-type": "image/png", "if-none-match": "*" };

/** The address of one upload of ten bytes. */
function signPut(target: Target, Key: string, signedAt = new Date()): Promise<string> {
  const { s3 } = target.connect(target.roles.worker);
  const put = new PutObjectCommand({
    Bucket: target.world.buckets.media.name,
    Key,
    ContentType: "image/png",
    ContentLength: BODY.length,
    IfNoneMatch: "*",
  });
  const signedHeaders = new Set(["content-type", "content-length", "if-none-match"]);
  // What stands in a header stays there: hoisted into the query it would bind nobody.
  const options = { expiresIn: 60, signingDate: signedAt, signableHeaders: signedHeaders };
  return getSignedUrl(s3, put, { ...options, unhoistableHeaders: signedHeaders });
}

async function put(url: string, change: RequestInit = {}): Promise<Answer> {
  return answerOf(await fetch(url, { method: "PUT", headers: HEADERS, body: BODY, ...change }));
}

export const S3_SIGNED_URL_PROBES: readonly Probe[] = [
  {
    id: "put-other-length",
    service: "S3",
    behaviour: "A signed PUT that signs its content length is refused with another length.",
    source: QUERY_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-other-length");
      return judge(
        ["one byte more", await put(url, { body: `${BODY}!` }), WRONG],
        ["the signed length", await put(url), ACCEPTED],
      );
    },
  },
  {
    id: "put-other-type",
    service: "S3",
    behaviour: "A signed PUT that signs its content type is refused with another type.",
    source: QUERY_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-other-type");
      return judge(
        ["another type", await put(url, { headers: { ...HEADERS, "content-type": "text/html" } }), WRONG],
        ["the signed type", await put(url), ACCEPTED],
      );
    },
  },
  {
    id: "put-twice",
    service: "S3",
    behaviour: "A signed PUT with If-None-Match: * stores once; used again, it is refused with 412.",
    source: CONDITIONAL_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-twice");
      return judge(
        ["the first time", await put(url), ACCEPTED],
        ["the second time", await put(url), "412 PreconditionFailed"],
      );
    },
  },
  {
    id: "put-expired",
    service: "S3",
    behaviour: "A signed address is refused with AccessDenied after it expired.",
    source: PRESIGNED_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-expired", new Date(Date.now() - 120_000));
      return judge(["an address that expired a minute ago", await put(url), "403 AccessDenied"]);
    },
  },
  {
    id: "put-other-method",
    service: "S3",
    behaviour: "An address that was signed for one method is refused for another.",
    source: QUERY_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-other-method");
      const reading = await fetch(url, { headers: HEADERS });
      return judge(["PUT", await put(url), ACCEPTED], ["GET", await answerOf(reading), WRONG]);
    },
  },
  {
    id: "put-other-key",
    service: "S3",
    behaviour: "An address that was signed for one key is refused for another.",
    source: QUERY_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-other-key");
      return judge(
        ["another key", await put(url.replace("put-other-key", "put-anywhere")), WRONG],
        ["the signed key", await put(url), ACCEPTED],
      );
    },
  },
  {
    id: "put-added-header",
    service: "S3",
    behaviour: "An x-amz- header that was not signed into an address is refused with AccessDenied.",
    source: QUERY_PAGE,
    async run(target) {
      const url = await signPut(target, "work/put-added-header");
      const added = { ...HEADERS, "x-amz-storage-class": "STANDARD_IA" };
      return judge(
        ["with another header", await put(url, { headers: added }), "403 AccessDenied"],
        ["as it was signed", await put(url), ACCEPTED],
      );
    },
  },
  {
    id: "url-by-ungranted",
    service: "S3",
    behaviour: "A signed address can do no more than the role that signed it.",
    source: PRESIGNED_PAGE,
    async run(target) {
      const { s3 } = target.connect(target.roles.worker);
      const Bucket = target.world.buckets.media.name;
      const read = async (Key: string): Promise<Answer> =>
        answerOf(await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }))));
      for (const Key of ["work/url-by-granted", "private/url-by-ungranted"])
        await target.s3.send(new PutObjectCommand({ Bucket, Key, Body: BODY }));
      return judge(
        ["an object of the role's", await read("work/url-by-granted"), ACCEPTED],
        ["another object", await read("private/url-by-ungranted"), "403 AccessDenied"],
      );
    },
  },
];
