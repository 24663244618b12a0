import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetOpenIDConnectProviderCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { HeadBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { BootstrapError } from "./bootstrap-error.ts";
import { type BackendScope, githubProviderArn, LOCK_TABLE_NAME, OWN_STATE_KEY, stateBucketName } from "./names.ts";

/** Looks at an account and changes nothing in it. Each method throws BootstrapError with what a person can do. */
export interface Account {
  hasBucket(): Promise<boolean>;
  /** Whether the backend's own state is in the bucket already. */
  hasOwnState(): Promise<boolean>;
  hasLockTable(): Promise<boolean>;
  hasRole(name: string): Promise<boolean>;
  hasGithubProvider(): Promise<boolean>;
  close(): void;
}

export interface Caller {
  /** 12 digits. */
  readonly accountId: string;
  readonly arn: string;
}

/** Whose credentials these are. */
export async function getCaller(region: string): Promise<Caller> {
  const client = new STSClient({ region });
  try {
    const { Account = "", Arn = "" } = await look(
      "sts:GetCallerIdentity",
      client.send(new GetCallerIdentityCommand({})),
    );
    return { accountId: Account, arn: Arn };
  } finally {
    client.destroy();
  }
}

export function openAccount(scope: BackendScope, { usePathStyle }: { readonly usePathStyle: boolean }): Account {
  const { region, accountId } = scope;
  const s3 = new S3Client({ region, forcePathStyle: usePathStyle });
  const dynamoDb = new DynamoDBClient({ region });
  const iam = new IAMClient({ region });
  const bucket = stateBucketName(scope);
  const ownBucket = { Bucket: bucket, ExpectedBucketOwner: accountId };
  return {
    hasBucket: async () => {
      const head = s3.send(new HeadBucketCommand(ownBucket));
      // A HEAD has no body to say more in than its status.
      const status = await exists("s3:HeadBucket", head, ["NotFound", "NoSuchBucket"], [301, 403]);
      if (typeof status === "boolean") return status;
      throw new BootstrapError(
        status === 301 ? describeOtherRegion(bucket, scope) : describeForeignBucket(bucket, scope),
      );
    },
    hasOwnState: () =>
      found(
        "s3:GetObject",
        s3.send(new HeadObjectCommand({ ...ownBucket, Key: OWN_STATE_KEY })),
        "NotFound",
        "NoSuchKey",
      ),
    hasLockTable: () =>
      found(
        "dynamodb:DescribeTable",
        dynamoDb.send(new DescribeTableCommand({ TableName: LOCK_TABLE_NAME })),
        "ResourceNotFoundException",
      ),
    hasRole: (name) =>
      found("iam:GetRole", iam.send(new GetRoleCommand({ RoleName: name })), "NoSuchEntityException", "NoSuchEntity"),
    hasGithubProvider: () => {
      const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: githubProviderArn(scope) });
      return found("iam:GetOpenIDConnectProvider", iam.send(command), "NoSuchEntityException", "NoSuchEntity");
    },
    close: () => {
      for (const client of [s3, dynamoDb, iam]) client.destroy();
    },
  };
}

async function found(action: string, answer: Promise<unknown>, ...absent: readonly string[]): Promise<boolean> {
  return (await exists(action, answer, absent, [])) === true;
}

/** True, false, or one of the HTTP statuses that the caller explains. */
async function exists(
  action: string,
  answer: Promise<unknown>,
  absent: readonly string[],
  explained: readonly number[],
): Promise<boolean | number> {
  try {
    await answer;
    return true;
  } catch (error) {
    const { name, status } = readFault(error);
    if (absent.includes(name)) return false;
    if (status !== undefined && explained.includes(status)) return status;
    throw explain(action, error);
  }
}

async function look<T>(action: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explain(action, error);
  }
}

interface Fault {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

function readFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { name: "", message: String(error), status: undefined };
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const name = typeof code === "string" && !$metadata?.httpStatusCode ? code : error.name;
  return { name, message: error.message, status: $metadata?.httpStatusCode };
}

const REFUSED_CREDENTIALS = [
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
];
const UNREACHABLE = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "TimeoutError"];

/** A fault of the SDK as a sentence for a person; what is none of these is a bug, and stays as it is. */
function explain(action: string, error: unknown): unknown {
  const { name, message, status } = readFault(error);
  const says = (text: string) => new BootstrapError(text, { cause: error });
  if (name === "CredentialsProviderError") {
    return says(
      "There are no AWS credentials. Sign in (aws sso login, or aws configure), name the profile in AWS_PROFILE, and check with: aws sts get-caller-identity",
    );
  }
  if (REFUSED_CREDENTIALS.includes(name)) {
    return says(
      `AWS refuses the credentials (${name}: ${message}). Sign in again, and check: aws sts get-caller-identity`,
    );
  }
  if (UNREACHABLE.includes(name)) {
    return says(`AWS cannot be reached (${message}). Check the network, the proxy, and AWS_ENDPOINT_URL if it is set.`);
  }
  if (status === 403 || name.startsWith("AccessDenied")) {
    // The answer to a HEAD has no body to say why.
    const reason = message === "UnknownError" ? "403" : message;
    return says(`These credentials may not look: AWS refused ${action} (${reason}). Use an administrator's.`);
  }
  return error;
}

function describeForeignBucket(bucket: string, { accountId }: BackendScope): string {
  return [
    `The bucket ${bucket} exists, but it is not account ${accountId}'s, or these credentials may not read it.`,
    "If aws s3api list-buckets names it, use credentials with s3:ListBucket on it.",
    "If not, another account owns it: no state may be kept there, so have it deleted, or choose another region.",
  ].join("\n");
}

function describeOtherRegion(bucket: string, { region }: BackendScope): string {
  return `The bucket ${bucket} exists in another region than its name says; expected ${region}. Move its states elsewhere, and delete it.`;
}
