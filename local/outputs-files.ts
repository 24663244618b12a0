import { join } from "node:path";
import type { Laptop } from "./laptop.ts";
import { replaceFile } from "./state/replace-file.ts";

/**
 * Version 1 of the AWS CLI sends `aws sqs` to AWS itself, whatever AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS or a profile's
 * `services` say (awscli/customizations/overridesslcommonname.py looks at the option alone): a shell that reads the file
 * gets a function that gives the option. Written as a value, so that programs which parse `NAME=value` read on.
 */
const AWS_CLI = `here; aws() { command aws \${AWS_ENDPOINT_URL:+"--endpoint-url=$AWS_ENDPOINT_URL"} "$@"; }`;

/**
 * What others need to find a running laptop: `outputs.json` in the shape of `cdktf output --outputs-file` (stack →
 * output → value), and `aws.env`, with which the AWS CLI and every SDK speak to it instead of AWS.
 */
export function writeOutputsFiles(
  stateFolder: string,
  laptop: Pick<Laptop, "stacks" | "administrator" | "endpointUrl" | "region">,
): { outputs: string; awsEnv: string } {
  const outputs = join(stateFolder, "outputs.json");
  const awsEnv = join(stateFolder, "aws.env");
  const byStack = Object.fromEntries(laptop.stacks.map((stack) => [stack.name, stack.outputs]));
  replaceFile(outputs, `${JSON.stringify(byStack, undefined, 2)}\n`, 0o644);
  const { accessKeyId, secretAccessKey } = laptop.administrator;
  const variables = {
    AWS_ENDPOINT_URL: laptop.endpointUrl,
    AWS_REGION: laptop.region,
    AWS_DEFAULT_REGION: laptop.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    DARKROOM_AWS_CLI: AWS_CLI,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  // The keys of an administrator, if only of this laptop's.
  replaceFile(awsEnv, lines.join(""), 0o600);
  return { outputs, awsEnv };
}
