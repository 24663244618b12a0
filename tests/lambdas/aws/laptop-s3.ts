import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { createAuthorize } from "../../../local/iam/authorize.ts";
import { createCredentialStore } from "../../../local/iam/credential-store.ts";
import { createRoleStore } from "../../../local/iam/role-store.ts";
import { startEndpoint } from "../../../local/protocol/endpoint/endpoint.ts";
import type { Credentials, Principal } from "../../../local/service.ts";
import { createS3 } from "../../../local/services/s3/s3-service.ts";

export const REGION = "eu-central-1";
const ACCOUNT = "111122223333";

/** `[actions, resource]`, as a role's policy allows them. */
export type Grant = readonly [actions: readonly string[], resource: string];

export interface LaptopS3 {
  readonly url: string;
  /** The owner, who may do everything. */
  readonly owner: S3Client;
  createBucket(name: string, options?: { versioned: boolean }): Promise<void>;
  /** The keys of a new role that may do exactly this. */
  issueRole(...grants: readonly Grant[]): Credentials;
  connect(credentials: Credentials): S3Client;
  /** Moves the server's clock. */
  pass(seconds: number): void;
  stop(): Promise<void>;
}

/** The laptop's S3 on a free port, with IAM and signatures enforced. */
export async function startLaptopS3(): Promise<LaptopS3> {
  const directory = await mkdtemp(join(tmpdir(), "darkroom-s3-"));
  let passedMs = 0;
  const clock = { now: () => Date.now() + passedMs };
  const credentials = createCredentialStore(directory);
  const roles = createRoleStore();
  const log = () => {};
  const authorize = createAuthorize({ accountId: ACCOUNT, region: REGION, clock, roles });
  const context = { region: REGION, accountId: ACCOUNT, directory, credentials, authorize, log, clock };
  const s3 = await createS3({ ...context, deliver: async () => true });
  const endpoint = await startEndpoint({ port: 0, log, credentials });
  endpoint.serve([s3]);

  const clients: S3Client[] = [];
  const connect = (keys: Credentials): S3Client => {
    const client = new S3Client({ endpoint: endpoint.url, region: REGION, credentials: keys });
    clients.push(client);
    return client;
  };
  const administrator: Principal = { type: "administrator", arn: `arn:aws:iam::${ACCOUNT}:root` };
  let count = 0;
  return {
    url: endpoint.url,
    owner: connect(credentials.issue(administrator)),
    createBucket: async (name, options) => {
      await s3.putBucket(name);
      if (options?.versioned) await s3.configureBucket(name, { versioning: "Enabled" });
    },
    issueRole: (...grants) => {
      const arn = `arn:aws:iam::${ACCOUNT}:role/test-${++count}`;
      const statements = grants.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
      roles.putRole(arn, { Version: "2012-10-17", Statement: [] });
      roles.putPolicy(arn, "grants", { Version: "2012-10-17", Statement: statements });
      return credentials.issue({ type: "role", arn });
    },
    connect,
    pass: (seconds) => {
      passedMs += seconds * 1000;
    },
    stop: async () => {
      for (const client of clients) client.destroy();
      await endpoint.stop();
      await s3.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
