import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { answerTo, orRefused } from "../answers.ts";
import { ACCEPTED, judge, type Probe } from "../probe.ts";
import type { Clients, Target } from "../target.ts";

const IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const LOGIC_PAGE = `${IAM_GUIDE}/reference_policies_evaluation-logic.html`;
const S3_ERRORS_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";
/** AWS takes a clock that is up to fifteen minutes off. */
const SKEW_MS = 20 * 60 * 1000;

function read(target: Target, s3: S3Client, Key: string) {
  return answerTo(s3.send(new GetObjectCommand({ Bucket: target.world.buckets.media.name, Key })));
}

function write(target: Target, s3: S3Client, Key: string) {
  return answerTo(s3.send(new PutObjectCommand({ Bucket: target.world.buckets.media.name, Key, Body: "bytes" })));
}

/** What both families of services say to somebody who does not prove who they are. */
async function askBoth(target: Target, { s3, dynamoDb }: Clients) {
  // So that whoever is let through finds something.
  await write(target, target.s3, "work/identity");
  const get = new GetItemCommand({ TableName: target.world.table.name, Key: { jobId: { S: "1" } } });
  return [await read(target, s3, "work/identity"), await answerTo(dynamoDb.send(get))] as const;
}

export const IAM_PROBES: readonly Probe[] = [
  {
    id: "ungranted-action",
    service: "IAM",
    behaviour: "A role is refused every action that none of its policies allows, in each service.",
    source: LOGIC_PAGE,
    async run(target) {
      const { s3, dynamoDb, sqs } = target.connect(target.roles.worker);
      const TableName = target.world.table.name;
      const Key = { jobId: { S: "1" } };
      const QueueUrl = target.queueUrl("stranger");
      return judge(
        ["a write that is allowed", await write(target, s3, "work/granted"), ACCEPTED],
        ["another prefix", await write(target, s3, "private/ungranted"), "AccessDenied"],
        [
          "a read of the table that is allowed",
          await answerTo(dynamoDb.send(new GetItemCommand({ TableName, Key }))),
          ACCEPTED,
        ],
        [
          "a write to the table",
          await answerTo(dynamoDb.send(new PutItemCommand({ TableName, Item: Key }))),
          "AccessDeniedException",
        ],
        [
          "a message to a queue",
          // Its protocols differ in the ending.
          (await answerTo(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" })))).replace(/Exception$/, ""),
          "AccessDenied",
        ],
      );
    },
  },
  {
    id: "explicit-deny",
    service: "IAM",
    behaviour: "An explicit deny in a role's policy beats the allow beside it.",
    source: LOGIC_PAGE,
    async run(target) {
      for (const key of ["work/open/1", "work/secret/1"]) await write(target, target.s3, key);
      const { s3 } = target.connect(target.roles.worker);
      return judge(
        ["what is only allowed", await read(target, s3, "work/open/1"), ACCEPTED],
        ["what is denied too", await read(target, s3, "work/secret/1"), "AccessDenied"],
      );
    },
  },
  {
    id: "missing-without-list",
    service: "IAM",
    behaviour: "A missing object is 403 to whoever may not list the bucket, and 404 to whoever may.",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html",
    async run(target) {
      const asWorker = target.connect(target.roles.worker).s3;
      const asReader = target.connect(target.roles.reader).s3;
      return judge(
        ["without s3:ListBucket", await read(target, asWorker, "work/not-there"), "AccessDenied"],
        ["with it", await read(target, asReader, "work/not-there"), "NoSuchKey"],
      );
    },
  },
  {
    id: "unknown-key",
    service: "IAM",
    behaviour:
      "An access key that nobody has is refused: InvalidAccessKeyId by S3, UnrecognizedClientException by others.",
    source: S3_ERRORS_PAGE,
    async run(target) {
      const nobody = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "no-such-secret" };
      const [s3, dynamoDb] = await askBoth(target, target.connect(nobody));
      return judge(["S3", s3, "InvalidAccessKeyId"], ["DynamoDB", dynamoDb, "UnrecognizedClientException"]);
    },
  },
  {
    id: "wrong-secret",
    service: "IAM",
    behaviour: "A wrong secret is refused: SignatureDoesNotMatch by S3, InvalidSignatureException by others.",
    source: S3_ERRORS_PAGE,
    async run(target) {
      const { worker } = target.roles;
      const [s3, dynamoDb] = await askBoth(target, target.connect({ ...worker, secretAccessKey: "wrong" }));
      return judge(["S3", s3, "SignatureDoesNotMatch"], ["DynamoDB", dynamoDb, "InvalidSignatureException"]);
    },
  },
  {
    id: "missing-token",
    service: "IAM",
    behaviour: "Temporary credentials without their session token are refused.",
    source: `${IAM_GUIDE}/id_credentials_temp_use-resources.html`,
    async run(target) {
      const { accessKeyId, secretAccessKey } = target.roles.worker;
      const [s3, dynamoDb] = await askBoth(target, target.connect({ accessKeyId, secretAccessKey }));
      return judge(["S3", orRefused(s3), "refused"], ["DynamoDB", orRefused(dynamoDb), "refused"]);
    },
  },
  {
    id: "skewed-clock",
    service: "IAM",
    behaviour: "A request signed more than fifteen minutes ago is refused: RequestTimeTooSkewed by S3.",
    source: S3_ERRORS_PAGE,
    async run(target) {
      const past = await askBoth(target, target.connect(target.roles.worker, -SKEW_MS));
      const future = await askBoth(target, target.connect(target.roles.worker, SKEW_MS));
      return judge(
        ["S3, a clock that is slow", past[0], "RequestTimeTooSkewed"],
        ["S3, a clock that is fast", future[0], "RequestTimeTooSkewed"],
        ["DynamoDB, a clock that is slow", past[1], "InvalidSignatureException"],
      );
    },
  },
  {
    id: "who-am-i",
    service: "STS",
    behaviour: "GetCallerIdentity needs no permission, and names the account and the role that is assumed.",
    source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
    async run(target) {
      const { accountId, roles } = target.world;
      const { sts } = target.connect(target.roles.worker);
      const { Account, Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
      const session = `arn:aws:sts::${accountId}:assumed-role/${roles.worker.name}/`;
      return judge(
        ["the account", Account === accountId ? "its own" : "another", "its own"],
        ["the caller", Arn.startsWith(session) ? "a session of the role" : "somebody else", "a session of the role"],
      );
    },
  },
];
