import type { POLICY_RULES } from "../../../../stacks/policy/rules/policies.ts";
import { type Case, declare, out, ref, remove, restate, set, state } from "./case.ts";

const RESIZE = "aws_iam_role_policy.resize";
const TRUST = "aws_iam_role.resize";
const UPLOADS = "aws_s3_bucket_policy.uploads";
const QUEUE = "aws_sqs_queue_policy.resize";
const UPLOADED = `${ref("aws_s3_bucket.uploads.arn")}/*`;
const allow = (Action: string, Resource: string) => ({ Sid: "Added", Effect: "Allow", Action, Resource });

const ofOne = (operator: string) => ({
  [operator]: { "aws:SourceArn": ref("aws_lambda_function.resize.arn"), "aws:SourceAccount": "333333333333" },
});

const GITHUB = { Federated: "arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com" };
const subjectIs = (subject: string) => ({
  StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
  StringLike: { "token.actions.githubusercontent.com:sub": subject },
});

export const POLICY_CASES = {
  "policy-readable": [out(RESIZE, set(RESIZE, "policy", ref("data.aws_iam_policy_document.resize.json")))],
  "policy-exact-actions": [
    out(RESIZE, state(RESIZE, allow("*", UPLOADED))),
    out(RESIZE, state(RESIZE, allow("s3:Get*", UPLOADED))),
    out(RESIZE, state(RESIZE, { Effect: "Allow", NotAction: "iam:PassRole", Resource: UPLOADED })),
    out(QUEUE, restate(QUEUE, "AnnounceObjects", { Action: "sqs:*" })),
  ],
  "policy-bounded-resources": [
    out(RESIZE, restate(RESIZE, "ReadUploads", { Resource: "*" })),
    out(RESIZE, restate(RESIZE, "ReadUploads", { Resource: "arn:aws:s3:::*" })),
    out(RESIZE, state(RESIZE, allow("dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:333333333333:table/*"))),
    out(RESIZE, state(RESIZE, allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:*"))),
    out(RESIZE, state(RESIZE, { Effect: "Allow", Action: "s3:GetObject", NotResource: UPLOADED })),
  ],
  "policy-no-escalation": [
    out(RESIZE, state(RESIZE, allow("iam:PassRole", "arn:aws:iam::333333333333:role/other"))),
    out(RESIZE, state(RESIZE, allow("lambda:UpdateFunctionCode", ref("aws_lambda_function.presign.arn")))),
    out(RESIZE, state(RESIZE, allow("sts:AssumeRole", "arn:aws:iam::333333333333:role/other"))),
    out(RESIZE, state(RESIZE, allow("sqs:AddPermission", ref("aws_sqs_queue.resize.arn")))),
    out(RESIZE, state(RESIZE, allow("sns:SetTopicAttributes", ref("aws_sns_topic.alarms.arn")))),
    out(RESIZE, state(RESIZE, allow("s3:PutBucketPublicAccessBlock", ref("aws_s3_bucket.uploads.arn")))),
    out(RESIZE, state(RESIZE, allow("dynamodb:PutResourcePolicy", ref("aws_dynamodb_table.jobs.arn")))),
    out(RESIZE, state(RESIZE, allow("kms:CreateGrant", "arn:aws:kms:eu-central-1:333333333333:key/k"))),
  ],
  "policy-no-admin": [
    out(TRUST, set(TRUST, "managed_policy_arns", ["arn:aws:iam::aws:policy/AdministratorAccess"])),
    out(
      "aws_iam_role_policy_attachment.resize",
      declare("aws_iam_role_policy_attachment.resize", { policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
    ),
  ],
  "policy-trust": [
    out(TRUST, restate(TRUST, "OneFunction", { Condition: {} })),
    // Conditions that hold for everybody but one, or for whoever says nothing, bound nobody.
    out(TRUST, restate(TRUST, "OneFunction", { Condition: ofOne("StringNotEquals") })),
    out(TRUST, restate(TRUST, "OneFunction", { Condition: ofOne("StringEqualsIfExists") })),
    out(TRUST, restate(TRUST, "OneFunction", { Principal: { AWS: "*" } })),
    out(
      TRUST,
      restate(TRUST, "OneFunction", { Principal: { Service: ["lambda.amazonaws.com", "ec2.amazonaws.com"] } }),
    ),
    out(TRUST, restate(TRUST, "OneFunction", { Principal: GITHUB, Condition: {} })),
    out(TRUST, restate(TRUST, "OneFunction", { Principal: GITHUB, Condition: subjectIs("repo:*:environment:prod") })),
    out(TRUST, restate(TRUST, "OneFunction", { Principal: GITHUB, Condition: subjectIs("*") })),
  ],
  "policy-service-source": [
    out(QUEUE, restate(QUEUE, "AnnounceObjects", { Condition: {} })),
    out(
      QUEUE,
      restate(QUEUE, "AnnounceObjects", {
        Condition: { ArnEquals: { "aws:SourceArn": ref("aws_s3_bucket.uploads.arn") } },
      }),
    ),
    out(
      "aws_s3_bucket_policy.site",
      restate("aws_s3_bucket_policy.site", "ReadThroughCdn", { Condition: { ArnLike: { "aws:SourceArn": "*" } } }),
    ),
    // Anybody's distribution.
    out(
      "aws_s3_bucket_policy.site",
      restate("aws_s3_bucket_policy.site", "ReadThroughCdn", {
        Condition: { ArnLike: { "aws:SourceArn": "arn:aws:cloudfront::*:distribution/*" } },
      }),
    ),
  ],
  "policy-not-public": [
    out(UPLOADS, state(UPLOADS, { ...allow("s3:GetObject", UPLOADED), Principal: "*" })),
    out(UPLOADS, state(UPLOADS, { ...allow("s3:GetObject", UPLOADED), Principal: { AWS: ["*"] } })),
    out(QUEUE, restate(QUEUE, "AnnounceObjects", { Principal: "*" })),
  ],
  "policy-one-account": [
    out(UPLOADS, state(UPLOADS, { ...allow("s3:GetObject", UPLOADED), Principal: { AWS: "999999999999" } })),
  ],
  "policy-no-lockout": [out(UPLOADS, restate(UPLOADS, "TlsOnly", { Condition: undefined }))],
  "policy-tls-only": [
    out("aws_s3_bucket.uploads", remove(UPLOADS)),
    out("aws_s3_bucket.uploads", restate(UPLOADS, "TlsOnly", { Effect: "Allow" })),
    out("aws_s3_bucket.uploads", restate(UPLOADS, "TlsOnly", { Action: "s3:PutObject" })),
    out("aws_sqs_queue.resize", restate(QUEUE, "TlsOnly", { Condition: {} })),
    out("aws_sns_topic.alarms", remove("aws_sns_topic_policy.alarms")),
  ],
  "policy-no-users": [
    out("aws_iam_user.deployer", declare("aws_iam_user.deployer", { name: "deployer" })),
    out("aws_iam_access_key.deployer", declare("aws_iam_access_key.deployer", { user: "deployer" })),
  ],
} satisfies Record<keyof typeof POLICY_RULES, readonly Case[]>;
