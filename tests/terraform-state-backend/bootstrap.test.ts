import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environments } from "../../environments.ts";
import { Checkout } from "./checkout.ts";
import { startLaptopEndpoint } from "./laptop-endpoint.ts";
import { type Moto, startMoto, WITHOUT_MOTO } from "./moto.ts";
import { WITHOUT_BINARY, WITHOUT_PROVIDER } from "./terraform.ts";

const { accountId, region } = environments.dev;
const BUCKET = `darkroom-terraform-state-${accountId}-${region}`;
const CREDENTIALS = { accessKeyId: "mock", secretAccessKey: "mock" };
const GITHUB = { repository: "octo-org@123456/darkroom@456789" };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-bootstrap-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const obstacle = WITHOUT_PROVIDER ?? WITHOUT_MOTO;
const title = `bootstrap on an emulated account${obstacle ? ` (skipped: ${obstacle})` : ""}`;

// The provider waits about 50 s until AWS shows a lifecycle everywhere; both accounts wait at once.
describe.skipIf(obstacle).concurrent(title, { timeout: 400_000 }, () => {
  it("makes bucket and roles, keeps its own state there, tells the stacks, and changes nothing the second time", async () => {
    const moto = await startMoto(accountId);
    const s3 = connect(moto);
    const checkout = new Checkout(join(folder, "empty"), { github: GITHUB });
    try {
      const first = await checkout.bootstrap(moto.variables);
      const written = checkout.read("state-backends.json") ?? "";
      const second = await checkout.bootstrap(moto.variables, "--environment", "dev");

      expect(first.status, first.text).toBe(0);
      expect(first.text).toContain("does not exist yet");
      expect(first.text).toContain("Plan: 12 to add, 0 to change, 0 to destroy.");
      expect(first.text).toContain("Left out, being of another account: prod");
      expect(JSON.parse(written).backends[`${accountId}/${region}`]).toEqual({
        bucket: BUCKET,
        usePathStyle: true,
        roles: {
          plan: `arn:aws:iam::${accountId}:role/darkroom-terraform-plan-${region}`,
          apply: { dev: `arn:aws:iam::${accountId}:role/darkroom-terraform-apply-dev-${region}` },
          types: expect.arrayContaining(["aws_dynamodb_table", "aws_sns_topic"]),
        },
      });
      expect(
        checkout.read(`terraform-state-backend/terraform.darkroom-state-backend-${accountId}-${region}.tfstate`),
      ).toBe(undefined);
      expect(second.status, second.text).toBe(0);
      expect(second.text).toContain("No changes. Your infrastructure matches the configuration.");
      expect(second.text).toContain("Nothing to change");
      expect(checkout.read("state-backends.json")).toBe(written);
      expect(await listOwnAddresses(s3)).toContain("aws_s3_bucket.state");
      expect(await listKeys(s3)).toEqual(["state-backend/terraform.tfstate"]);
      expect((await s3.send(new GetBucketVersioningCommand({ Bucket: BUCKET }))).Status).toBe("Enabled");
      const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket: BUCKET }));
      expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    } finally {
      s3.destroy();
      await moto.stop();
    }
  });

  it("takes over a bucket and a role that are there already, and refuses to destroy them", async () => {
    const moto = await startMoto(accountId);
    const s3 = connect(moto);
    const checkout = new Checkout(join(folder, "adopted"), { github: GITHUB });
    try {
      await createByHand(moto, s3);

      const first = await checkout.bootstrap(moto.variables);
      const without = new Checkout(join(folder, "without"));
      const second = await without.bootstrap(moto.variables);

      expect(first.status, first.text).toBe(0);
      expect(first.text).toContain(`${BUCKET} is there already: it is taken over`);
      expect(first.text).toContain(`darkroom-terraform-plan-${region} is there already: it is taken over`);
      expect(first.text).toContain("Plan: 2 to import, 10 to add, 2 to change, 0 to destroy.");
      expect(second.status).toBe(1);
      expect(second.text).toContain("bootstrap destroys nothing");
      expect(second.text).toContain("aws_iam_role.plan");
      expect(await listOwnAddresses(s3)).toContain("aws_iam_role.plan");
    } finally {
      s3.destroy();
      await moto.stop();
    }
  });
});

function connect({ url }: Moto): S3Client {
  return new S3Client({ endpoint: url, region, credentials: CREDENTIALS, forcePathStyle: true });
}

async function createByHand({ url }: Moto, s3: S3Client): Promise<void> {
  const location = { LocationConstraint: "eu-central-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: location }));
  const iam = new IAMClient({ endpoint: url, region, credentials: CREDENTIALS });
  await iam.send(
    new CreateRoleCommand({
      RoleName: `darkroom-terraform-plan-${region}`,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
    }),
  );
  iam.destroy();
}

async function listKeys(s3: S3Client): Promise<(string | undefined)[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key }) => Key);
}

/** What the backend's own state holds, in the bucket. */
async function listOwnAddresses(s3: S3Client): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "state-backend/terraform.tfstate" }));
  const { resources } = JSON.parse((await Body?.transformToString()) ?? "{}");
  return resources.map(({ type, name }: { type: string; name: string }) => `${type}.${name}`);
}

const errors = `bootstrap${WITHOUT_BINARY ? ` (skipped: ${WITHOUT_BINARY})` : ""}`;

describe.skipIf(WITHOUT_BINARY)(errors, () => {
  const bootstrap = async (variables: NodeJS.ProcessEnv, ...args: readonly string[]) => {
    const { status, text } = await new Checkout(mkdtempSync(join(folder, "error-"))).bootstrap(variables, ...args);
    expect(status).toBe(1);
    expect(text).not.toContain("    at ");
    return text;
  };

  it("says how to sign in where there are no credentials", async () => {
    const text = await bootstrap({});

    expect(text).toContain("There are no AWS credentials. Sign in");
  });

  it("names both accounts where the credentials are of another", async () => {
    const laptop = await startLaptopEndpoint();

    const text = await bootstrap(laptop.variables);
    await laptop.stop();

    expect(text).toContain("The credentials are of account 111122223333");
    expect(text).toContain(`dev (account ${accountId}, ${region})`);
  });

  it("says so where the keys are refused, and where AWS cannot be reached", async () => {
    const laptop = await startLaptopEndpoint();
    // A person's Node gives its warnings; this suite's does not.
    const keys = { AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock", NODE_NO_WARNINGS: "" };

    const refused = await bootstrap({ ...keys, AWS_ENDPOINT_URL: laptop.variables.AWS_ENDPOINT_URL });
    await laptop.stop();
    const unreachable = await bootstrap({ ...keys, AWS_ENDPOINT_URL: laptop.variables.AWS_ENDPOINT_URL });

    expect(refused).toContain("AWS refuses the credentials (UnrecognizedClientException");
    expect(refused).not.toContain("NodeVersionSupportWarning");
    expect(unreachable).toContain("AWS cannot be reached");
  });

  it("names both causes where the bucket's name is taken by another account", async () => {
    const server = createServer((request, response) => {
      if (request.method === "HEAD") return response.writeHead(403).end();
      const identity = `<Arn>arn:aws:iam::${accountId}:user/me</Arn><UserId>me</UserId><Account>${accountId}</Account>`;
      const result = `<GetCallerIdentityResult>${identity}</GetCallerIdentityResult>`;
      return response
        .writeHead(200, { "content-type": "text/xml" })
        .end(`<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const text = await bootstrap({ AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" });
    server.closeAllConnections();
    server.close();

    expect(text).toContain(`The bucket ${BUCKET} exists, but it is not account ${accountId}'s`);
    expect(text).toContain("another account owns it");
  });

  it("says what to install where there is no Terraform, and what TERRAFORM_BINARY_NAME names in vain", async () => {
    const none = await bootstrap({ PATH: join(folder, "no-programs") });
    const other = await bootstrap({ TERRAFORM_BINARY_NAME: "terraform-9" });

    expect(none).toContain("Neither terraform nor tofu is on PATH. Install Terraform 1.10 or newer");
    expect(other).toContain('TERRAFORM_BINARY_NAME is "terraform-9", which is no program on PATH');
  });

  it("names the environments there are where it is asked for another", async () => {
    const text = await bootstrap({}, "--environment", "production");

    expect(text).toContain('There is no environment "production"; expected one of dev, staging, prod.');
  });
});
