import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, startMoto, WITHOUT_MOTO } from "../terraform-state-backend/moto.ts";
import { ClientFactory } from "./clients.ts";
import { openAccount } from "./targets/account.ts";
import { describeWorld, type World } from "./world.ts";

const ACCOUNT = { accountId: "111111111111", region: "eu-central-1" };
const OWNER = { accessKeyId: "mock", secretAccessKey: "mock" };

let moto: Moto;

const open = (world: World) =>
  openAccount({
    name: "moto",
    endpoint: { region: ACCOUNT.region, url: moto.bareUrl },
    owner: OWNER,
    world,
    withoutFunctions: "not asked",
    settleMs: 0,
  });

/** How much of each kind the account holds. */
async function countResources() {
  const endpoint = { region: ACCOUNT.region, url: moto.bareUrl };
  const factory = new ClientFactory(endpoint);
  const { s3, sqs, dynamoDb } = factory.connect(OWNER);
  const iam = new IAMClient({ region: ACCOUNT.region, endpoint: moto.bareUrl, credentials: OWNER });
  try {
    return {
      buckets: (await s3.send(new ListBucketsCommand({}))).Buckets?.length ?? 0,
      queues: (await sqs.send(new ListQueuesCommand({}))).QueueUrls?.length ?? 0,
      tables: (await dynamoDb.send(new ListTablesCommand({}))).TableNames?.length ?? 0,
      roles: (await iam.send(new ListRolesCommand({}))).Roles?.length ?? 0,
    };
  } finally {
    iam.destroy();
    factory.destroy();
  }
}

const NOTHING = { buckets: 0, queues: 0, tables: 0, roles: 0 };

// A real account cannot be had here; what is made there and removed again is made by the same calls.
describe.skipIf(WITHOUT_MOTO)(`an account${WITHOUT_MOTO ? ` (skipped: ${WITHOUT_MOTO})` : ""}`, () => {
  beforeAll(async () => {
    moto = await startMoto(ACCOUNT.accountId);
  });
  afterAll(() => moto.stop());

  it("is left as it was found, whatever the probes wrote", async () => {
    const target = await open(describeWorld(ACCOUNT, "darkroom-parity-whole"));
    const Bucket = target.world.buckets.media.name;
    for (const Body of ["one", "two"]) await target.s3.send(new PutObjectCommand({ Bucket, Key: "versions", Body }));
    const made = await countResources();

    await target.close();

    expect(made).toMatchObject({ buckets: 3, tables: 1, roles: 2 });
    expect(await countResources()).toEqual(NOTHING);
  });

  it("is left as it was found where making the world fails half-way", async () => {
    const world = describeWorld(ACCOUNT, "darkroom-parity-half");
    const broken = { ...world, buckets: { ...world.buckets, guarded: { ...world.buckets.guarded, name: "NO" } } };

    await expect(open(broken)).rejects.toThrow();

    expect(await countResources()).toEqual(NOTHING);
  });
});
