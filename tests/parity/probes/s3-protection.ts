import { GetObjectCommand, HeadBucketCommand, PutBucketPolicyCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { answerTo, statusOf } from "../answers.ts";
import { ACCEPTED, type Answer, judge, type Probe } from "../probe.ts";
import type { Target } from "../target.ts";
import { bucketArn } from "../world.ts";

const USER_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";
const IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide";

/** A new object of the bucket whose policy denies reads, read by the account's owner. */
async function readGuarded({ s3, world }: Target, Key: string): Promise<Answer> {
  const object = { Bucket: world.buckets.guarded.name, Key };
  await s3.send(new PutObjectCommand({ ...object, Body: "bytes" }));
  return statusOf(await fetch(await getSignedUrl(s3, new GetObjectCommand(object))));
}

export const S3_PROTECTION_PROBES: readonly Probe[] = [
  {
    id: "anonymous-read",
    service: "S3",
    behaviour: "An object of a private bucket is refused to whoever does not sign.",
    source: `${USER_GUIDE}/access-control-block-public-access.html`,
    async run(target) {
      const object = { Bucket: target.world.buckets.media.name, Key: "objects/private" };
      await target.s3.send(new PutObjectCommand({ ...object, Body: "bytes" }));
      const url = await getSignedUrl(target.s3, new GetObjectCommand(object));
      const [unsigned = ""] = url.split("?");
      return judge(
        ["signed", await statusOf(await fetch(url)), ACCEPTED],
        ["unsigned", await statusOf(await fetch(unsigned)), "403"],
      );
    },
  },
  {
    id: "public-policy-blocked",
    service: "S3",
    behaviour: "A bucket policy that opens the bucket to everybody is refused where public policies are blocked.",
    source: `${USER_GUIDE}/access-control-block-public-access.html`,
    async run(target) {
      const Bucket = target.world.buckets.media.name;
      const open = {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `${bucketArn(Bucket)}/no-such-prefix/*`,
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [open] });
      const answer = await answerTo(target.s3.send(new PutBucketPolicyCommand({ Bucket, Policy })));
      return judge(["the policy", answer, "AccessDenied"]);
    },
  },
  {
    id: "acl-not-supported",
    service: "S3",
    behaviour: "A write with an ACL of its own is refused where the bucket's owner owns every object.",
    source: `${USER_GUIDE}/object-ownership-error-responses.html`,
    async run(target) {
      const object = { Bucket: target.world.buckets.media.name, Key: "objects/acl", Body: "bytes" };
      const answer = await answerTo(target.s3.send(new PutObjectCommand({ ...object, ACL: "aws-exec-read" })));
      return judge(["the write", answer, "AccessControlListNotSupported"]);
    },
  },
  {
    id: "policy-denies-owner",
    service: "S3",
    behaviour: "What a bucket policy denies is refused even to the account's owner.",
    source: `${IAM_GUIDE}/reference_policies_evaluation-logic.html`,
    async run(target) {
      return judge(["the read", await readGuarded(target, "closed/object"), "403"]);
    },
  },
  {
    id: "policy-condition-unmet",
    service: "S3",
    behaviour: "A bucket policy's deny whose condition is not met denies nothing.",
    source: `${IAM_GUIDE}/reference_policies_elements_condition.html`,
    async run(target) {
      return judge(["the read", await readGuarded(target, "open/object"), ACCEPTED]);
    },
  },
  {
    id: "policy-tls-only",
    service: "S3",
    behaviour: "A bucket policy that denies aws:SecureTransport = false refuses plain HTTP.",
    source: `${IAM_GUIDE}/reference_policies_condition-keys.html`,
    async run(target) {
      const Bucket = target.world.buckets.overTls.name;
      const url = new URL(await getSignedUrl(target.s3, new GetObjectCommand({ Bucket, Key: "no-such-object" })));
      // The scheme is no part of a signature. Redirects to TLS would be followed otherwise.
      url.protocol = "http:";
      return judge(["over http", await statusOf(await fetch(url, { redirect: "manual" })), "403"]);
    },
  },
  {
    id: "missing-bucket",
    service: "S3",
    behaviour: "A bucket that nobody has is answered with 404.",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html",
    async run(target) {
      const Bucket = `${target.world.buckets.media.name}-not-there`;
      return judge(["the answer", await answerTo(target.s3.send(new HeadBucketCommand({ Bucket }))), "NotFound"]);
    },
  },
];
