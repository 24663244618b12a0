import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { answerOf, answerTo } from "../answers.ts";
import { ACCEPTED, type Answer, judge, type Probe } from "../probe.ts";
import type { Target } from "../target.ts";

const POLICY_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html";
const FORM_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html";
const SIGNATURE_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html";

const [MIN_BYTES, MAX_BYTES] = [2, 100];
const TYPE = "image/png";
const DENIED = "403 AccessDenied";

interface Form {
  readonly url: string;
  readonly fields: Record<string, string>;
}

/** What presign hands out: one key, one content type, a size range. */
function sign(target: Target, Key: string, expiresInSeconds = 300): Promise<Form> {
  const { s3 } = target.connect(target.roles.worker);
  return createPresignedPost(s3, {
    Bucket: target.world.buckets.media.name,
    Key,
    Conditions: [["content-length-range", MIN_BYTES, MAX_BYTES]],
    Fields: { "Content-Type": TYPE },
    Expires: expiresInSeconds,
  });
}

async function send({ url, fields }: Form, bytes: number, change: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...change })) form.append(name, value);
  form.append("file", new Blob(["x".repeat(bytes)]), "cat.png");
  return answerOf(await fetch(url, { method: "POST", body: form, redirect: "manual" }));
}

/** A form that was changed after it was signed, beside the same one unchanged. */
async function sendBoth(target: Target, key: string, change: Readonly<Record<string, string>>, expected: Answer) {
  const form = await sign(target, key);
  return judge(
    ["the form as it was signed", await send(form, 10), ACCEPTED],
    ["the changed form", await send(form, 10, change), expected],
  );
}

async function isThere(target: Target, Key: string): Promise<Answer> {
  return answerTo(target.s3.send(new HeadObjectCommand({ Bucket: target.world.buckets.media.name, Key })));
}

export const S3_FORM_PROBES: readonly Probe[] = [
  {
    id: "form-stored",
    service: "S3",
    behaviour: "A form upload that keeps to its policy is stored under the signed key, with the signed content type.",
    source: FORM_PAGE,
    async run(target) {
      const Key = "work/form-stored";
      const answer = await send(await sign(target, Key), 10);
      if (answer !== ACCEPTED) return judge(["the form", answer, ACCEPTED]);
      const { Body, ContentType } = await target.s3.send(
        new GetObjectCommand({ Bucket: target.world.buckets.media.name, Key }),
      );
      return judge(
        ["the object's bytes", (await Body?.transformToString()) ?? "none", "x".repeat(10)],
        ["its content type", ContentType ?? "none", TYPE],
      );
    },
  },
  {
    id: "form-too-large",
    service: "S3",
    behaviour: "A form upload larger than its policy's content-length-range is refused with EntityTooLarge.",
    source: POLICY_PAGE,
    async run(target) {
      const form = await sign(target, "work/form-too-large");
      return judge(
        ["one byte too many", await send(form, MAX_BYTES + 1), "400 EntityTooLarge"],
        ["nothing is stored of it", await isThere(target, "work/form-too-large"), "NotFound"],
        ["the largest size", await send(form, MAX_BYTES), ACCEPTED],
      );
    },
  },
  {
    id: "form-too-small",
    service: "S3",
    behaviour: "A form upload smaller than its policy's content-length-range is refused with EntityTooSmall.",
    source: POLICY_PAGE,
    async run(target) {
      const form = await sign(target, "work/form-too-small");
      return judge(
        ["one byte too few", await send(form, MIN_BYTES - 1), "400 EntityTooSmall"],
        ["the smallest size", await send(form, MIN_BYTES), ACCEPTED],
      );
    },
  },
  {
    id: "form-other-key",
    service: "S3",
    behaviour: "A form upload under another key than its policy names is refused with AccessDenied.",
    source: POLICY_PAGE,
    run: (target) => sendBoth(target, "work/form-other-key", { key: "work/form-somewhere-else" }, DENIED),
  },
  {
    id: "form-other-type",
    service: "S3",
    behaviour: "A form upload with another content type than its policy names is refused with AccessDenied.",
    source: POLICY_PAGE,
    run: (target) => sendBoth(target, "work/form-other-type", { "Content-Type": "text/html" }, DENIED),
  },
  {
    id: "form-extra-field",
    service: "S3",
    behaviour: "A form field that no condition of the policy covers is refused with AccessDenied.",
    source: POLICY_PAGE,
    run: (target) => sendBoth(target, "work/form-extra-field", { "Cache-Control": "no-store" }, DENIED),
  },
  {
    id: "form-wrong-signature",
    service: "S3",
    behaviour: "A form whose signature is not its policy's is refused with SignatureDoesNotMatch.",
    source: SIGNATURE_PAGE,
    run: (target) =>
      sendBoth(target, "work/form-wrong-signature", { "X-Amz-Signature": "0".repeat(64) }, "403 SignatureDoesNotMatch"),
  },
  {
    id: "form-expired",
    service: "S3",
    behaviour: "A form is refused with AccessDenied after its policy's expiration.",
    source: POLICY_PAGE,
    async run(target) {
      const answer = await send(await sign(target, "work/form-expired", -60), 10);
      return judge(["a form that expired a minute ago", answer, DENIED]);
    },
  },
  {
    id: "form-by-ungranted",
    service: "S3",
    behaviour: "A form can do no more than the role that signed it: a key that the role may not write is refused.",
    source: FORM_PAGE,
    async run(target) {
      return judge(
        ["a key of the role's", await send(await sign(target, "work/form-by-granted"), 10), ACCEPTED],
        ["another key", await send(await sign(target, "private/form-by-ungranted"), 10), DENIED],
      );
    },
  },
];
