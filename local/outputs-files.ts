import { join } from "node:path";
import { replaceFile } from "./replace-file.ts";
import type { Laptop } from "./run-stack.ts";

/**
 * What others need to find a running laptop: `outputs.json` in the shape of `cdktf output --outputs-file` (stack →
 * output → value), and `aws.env`, with which the AWS CLI and every SDK speak to it instead of AWS.
 */
export function writeOutputsFiles(stateFolder: string, laptop: Laptop): { outputs: string; awsEnv: string } {
  const outputs = join(stateFolder, "outputs.json");
  const awsEnv = join(stateFolder, "aws.env");
  replaceFile(outputs, `${JSON.stringify({ [laptop.stackName]: laptop.outputs }, undefined, 2)}\n`, 0o644);
  const { accessKeyId, secretAccessKey } = laptop.administrator;
  const variables = {
    AWS_ENDPOINT_URL: laptop.endpointUrl,
    AWS_REGION: laptop.region,
    AWS_DEFAULT_REGION: laptop.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  // The keys of an administrator, if only of this laptop's.
  replaceFile(awsEnv, lines.join(""), 0o600);
  return { outputs, awsEnv };
}
