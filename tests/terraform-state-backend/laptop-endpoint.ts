import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthorize } from "../../local/iam/authorize.ts";
import { createCredentialStore } from "../../local/iam/credential-store.ts";
import { createRoleStore } from "../../local/iam/role-store.ts";
import { startEndpoint } from "../../local/protocol/endpoint/endpoint.ts";
import { createS3 } from "../../local/services/s3/s3-service.ts";
import { createSts } from "../../local/services/sts/sts-service.ts";

export const ACCOUNT = "111122223333";
export const REGION = "eu-central-1";

export interface LaptopEndpoint {
  /** What a program needs to take it for AWS. */
  readonly variables: NodeJS.ProcessEnv;
  createVersionedBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The laptop's S3 and STS, as Terraform's S3 backend needs them, with signatures verified. */
export async function startLaptopEndpoint(): Promise<LaptopEndpoint> {
  const directory = await mkdtemp(join(tmpdir(), "darkroom-state-"));
  const clock = { now: () => Date.now() };
  const credentials = createCredentialStore(directory);
  const log = () => {};
  const authorize = createAuthorize({ accountId: ACCOUNT, region: REGION, clock, roles: createRoleStore() });
  const context = { region: REGION, accountId: ACCOUNT, directory, credentials, authorize, log, clock };
  const s3 = await createS3({ ...context, deliver: async () => true });
  const sts = createSts({ accountId: ACCOUNT, credentials, clock });
  const endpoint = await startEndpoint({ port: 0, log, credentials });
  endpoint.serve([sts, s3]);
  const keys = credentials.issue({ type: "administrator", arn: `arn:aws:iam::${ACCOUNT}:root` });
  return {
    variables: {
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
    },
    createVersionedBucket: async (name) => {
      await s3.putBucket(name);
      await s3.configureBucket(name, { versioning: "Enabled" });
    },
    stop: async () => {
      await endpoint.stop();
      await s3.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
