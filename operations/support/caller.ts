import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

export interface Caller {
  /** 12 digits. */
  readonly accountId: string;
  readonly arn: string;
}

/** Whose credentials these are. */
export async function getCaller(region: string): Promise<Caller> {
  const sts = new STSClient({ region });
  try {
    const { Account = "", Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
    return { accountId: Account, arn: Arn };
  } finally {
    sts.destroy();
  }
}
