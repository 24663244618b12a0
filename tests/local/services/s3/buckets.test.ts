import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, codeOf, outcomeOf, REGION, signedFetch, startS3, type TestS3 } from "./s3-fixture.ts";

const Bucket = "pictures";
let s3: TestS3;
let client: S3Client;

beforeEach(async () => {
  s3 = await startS3();
  client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
});

describe("buckets", () => {
  it("are made, listed, located and found", async () => {
    await client.send(new CreateBucketCommand({ Bucket: "another" }));

    const { Buckets } = await client.send(new ListBucketsCommand({}));
    const location = await client.send(new GetBucketLocationCommand({ Bucket }));
    const head = await client.send(new HeadBucketCommand({ Bucket }));

    expect(Buckets?.map(({ Name }) => Name)).toEqual(["another", Bucket]);
    expect(location.LocationConstraint).toBe(REGION);
    expect(head.BucketRegion).toBe(REGION);
  });

  it("are not made twice, nor with a name that S3 would not take, nor elsewhere", async () => {
    const elsewhere = { LocationConstraint: "us-west-2" } as const;
    const make = (input: ConstructorParameters<typeof CreateBucketCommand>[0]) =>
      codeOf(client.send(new CreateBucketCommand(input)));

    expect(await make({ Bucket })).toBe("BucketAlreadyOwnedByYou");
    expect(await make({ Bucket: "No_Capitals" })).toBe("InvalidBucketName");
    expect(await make({ Bucket: "ab" })).toBe("InvalidBucketName");
    expect(await make({ Bucket: "elsewhere", CreateBucketConfiguration: elsewhere })).toBe("InvalidArgument");
  });

  it("are removed only when they are empty", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "x" }));
    await client.send(new CreateBucketCommand({ Bucket: "empty" }));

    expect(await codeOf(client.send(new DeleteBucketCommand({ Bucket })))).toBe("BucketNotEmpty");
    await client.send(new DeleteBucketCommand({ Bucket: "empty" }));
    expect(await codeOf(client.send(new HeadBucketCommand({ Bucket: "empty" })))).toBe("NotFound");
  });

  it("that do not exist are NoSuchBucket, and what is not there to be done is refused by name", async () => {
    const missing = client.send(new PutObjectCommand({ Bucket: "missing", Key: "a", Body: "x" }));

    expect(await codeOf(missing)).toBe("NoSuchBucket");
    await expect(client.send(new GetBucketWebsiteCommand({ Bucket }))).rejects.toThrow(/GET \?website/);
    await expect(client.send(new GetBucketAclCommand({ Bucket }))).rejects.toThrow(/GET \?acl/);
  });
});

describe("the configuration of a bucket comes back as it was put:", () => {
  it("versioning", async () => {
    const before = await client.send(new GetBucketVersioningCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));

    expect(before.Status).toBeUndefined();
    expect(await client.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: "Enabled" });
  });

  it("CORS, and it can be removed", async () => {
    const CORSRules = [
      { ID: "one", AllowedOrigins: ["https://a.example"], AllowedMethods: ["PUT", "POST"], AllowedHeaders: ["*"] },
      { AllowedOrigins: ["*"], AllowedMethods: ["GET"], ExposeHeaders: ["ETag"], MaxAgeSeconds: 60 },
    ];
    const get = () => client.send(new GetBucketCorsCommand({ Bucket }));
    expect(await codeOf(get())).toBe("NoSuchCORSConfiguration");

    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));

    expect((await get()).CORSRules).toEqual(CORSRules);
    await client.send(new DeleteBucketCorsCommand({ Bucket }));
    expect(await codeOf(get())).toBe("NoSuchCORSConfiguration");
  });

  it("lifecycle; rules that would not run here are refused by name", async () => {
    const rule = { ID: "r", Status: "Enabled", Filter: { Prefix: "tmp/" } } as const;
    const Rules = [
      { ...rule, Expiration: { Days: 3 }, NoncurrentVersionExpiration: { NoncurrentDays: 2 } },
      { ...rule, ID: "s", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ];
    const put = (one: object[]) =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: one as typeof Rules } }),
      );
    await put(Rules);

    expect((await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
    await expect(put([{ ...rule, Transitions: [{ Days: 1, StorageClass: "GLACIER" }] }])).rejects.toThrow(
      /<Transition>/,
    );
    await expect(put([{ ...rule, Filter: { Tag: { Key: "a", Value: "b" } } }])).rejects.toThrow(/<Tag>/);
  });

  it("notifications; destinations that are not there are refused by name", async () => {
    const queue = {
      Id: "q",
      QueueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:work`,
      Events: ["s3:ObjectCreated:*" as const],
    };
    const Filter = { Key: { FilterRules: [{ Name: "prefix" as const, Value: "image/" }] } };
    const put = (NotificationConfiguration: object) =>
      client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    await put({ QueueConfigurations: [{ ...queue, Filter }] });

    const { QueueConfigurations } = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));

    expect(QueueConfigurations).toEqual([{ ...queue, Filter }]);
    await expect(put({ EventBridgeConfiguration: {} })).rejects.toThrow(/<EventBridgeConfiguration>/);
    await expect(put({ QueueConfigurations: [{ ...queue, Events: ["s3:ObjectRestore:*"] }] })).rejects.toThrow(
      /ObjectRestore/,
    );
  });

  it("policy, and it can be removed; one that lets everybody in is blocked", async () => {
    const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` };
    const put = (Principal: unknown) =>
      client.send(
        new PutBucketPolicyCommand({
          Bucket,
          Policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, Principal }] }),
        }),
      );
    const get = () => client.send(new GetBucketPolicyCommand({ Bucket }));
    expect(await codeOf(get())).toBe("NoSuchBucketPolicy");

    await put({ AWS: `arn:aws:iam::${ACCOUNT}:role/reader` });

    expect(JSON.parse((await get()).Policy ?? "").Statement[0].Action).toBe("s3:GetObject");
    expect(await codeOf(put("*"))).toBe("AccessDenied");
    expect(await codeOf(client.send(new PutBucketPolicyCommand({ Bucket, Policy: "{" })))).toBe("MalformedPolicy");
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await codeOf(get())).toBe("NoSuchBucketPolicy");
  });

  it("public access block, all on for a new bucket", async () => {
    const on = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    const get = async () =>
      (await client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration;
    expect(await get()).toEqual(on);

    const PublicAccessBlockConfiguration = { ...on, BlockPublicPolicy: false };
    await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));

    expect(await get()).toEqual(PublicAccessBlockConfiguration);
  });

  it("ownership, the owner's own for a new bucket", async () => {
    const get = async () =>
      (await client.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules;
    expect(await get()).toEqual([{ ObjectOwnership: "BucketOwnerEnforced" }]);

    const Rules = [{ ObjectOwnership: "BucketOwnerPreferred" as const }];
    await client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));

    expect(await get()).toEqual(Rules);
  });

  it("encryption", async () => {
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const }, BucketKeyEnabled: true }];
    await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));

    const answer = await client.send(new GetBucketEncryptionCommand({ Bucket }));

    expect(answer.ServerSideEncryptionConfiguration?.Rules).toEqual(Rules);
  });

  it("tags", async () => {
    const TagSet = [{ Key: "team", Value: "media & more" }];
    expect(await codeOf(client.send(new GetBucketTaggingCommand({ Bucket })))).toBe("NoSuchTagSet");
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));

    expect((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
  });

  it("all of it after a restart too", async () => {
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
    await s3.restart();

    expect(await client.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: "Suspended" });
  });

  it("and a document that is not well-formed, or opens the door to entities, is MalformedXML", async () => {
    const put = async (body: string) =>
      (await outcomeOf(await signedFetch(s3, "PUT", `/${Bucket}?tagging`, { body }))).code;

    expect(await put("<Tagging><TagSet>")).toBe("MalformedXML");
    expect(await put('<!DOCTYPE a [<!ENTITY e "x">]><Tagging><TagSet/></Tagging>')).toBe("MalformedXML");
  });
});

describe("tags of an object", () => {
  const read = async () => (await client.send(new GetObjectTaggingCommand({ Bucket, Key: "a" }))).TagSet;

  it("come with it, change and go without touching its bytes", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "x", Tagging: "kind=cat&n=1%202" }));
    const created = await read();
    const TagSet = [{ Key: "kind", Value: "dog" }];
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: "a", Tagging: { TagSet } }));
    await s3.restart();

    expect(created).toEqual([
      { Key: "kind", Value: "cat" },
      { Key: "n", Value: "1 2" },
    ]);
    expect(await read()).toEqual(TagSet);
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: "a" }));
    expect(await read()).toEqual([]);
  });

  it("are refused where they are too many, too long or twice the same", async () => {
    const put = (Tagging: string) =>
      codeOf(client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "x", Tagging })));

    expect(await put(Array.from({ length: 11 }, (_, index) => `t${index}=1`).join("&"))).toBe("BadRequest");
    expect(await put(`a=${"x".repeat(257)}`)).toBe("InvalidTag");
    expect(await put("a=1&a=2")).toBe("InvalidTag");
  });
});
