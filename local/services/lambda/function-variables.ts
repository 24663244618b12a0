import { join } from "node:path";
import type { Credentials } from "../../service.ts";
import { RUNTIME_API_PATH_VARIABLE } from "./child/runtime-api-path.ts";
import type { FunctionSettings } from "./seam.ts";

/**
 * What Lambda itself defines: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. AWS refuses a
 * function that declares one of them.
 */
const RESERVED = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);
/** Lambda knows these and acts on them; the laptop runtime does not. */
const NOT_HONOURED = [
  "AWS_LAMBDA_EXEC_WRAPPER",
  "AWS_LAMBDA_MAX_CONCURRENCY",
  "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1",
];
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BYTES = 4096;

/** What is wrong with the variables that a function declares; empty when nothing is. */
export function findVariableProblems(variables: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(variables);
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  return [
    ...names
      .filter((name) => RESERVED.has(name))
      .map((name) => `environment variable ${name} is reserved by Lambda; choose another name`),
    ...names
      .filter((name) => NOT_HONOURED.includes(name))
      .map(
        (name) =>
          `environment variable ${name} changes Lambda's behaviour in a way that the laptop runtime cannot honour`,
      ),
    ...names
      .filter((name) => !/^[A-Za-z][A-Za-z0-9_]+$/.test(name))
      .map((name) => `environment variable "${name}": expected a letter, then letters, digits and underscores`),
    ...(bytes > MAX_BYTES ? [`environment variables take ${bytes} bytes; Lambda allows ${MAX_BYTES}`] : []),
  ];
}

export interface EnvironmentFacts {
  readonly settings: FunctionSettings;
  readonly region: string;
  readonly credentials: Credentials;
  readonly endpointUrl: string;
  /** `127.0.0.1:<port>` */
  readonly runtimeApi: string;
  /** What the Runtime API's paths begin with: a secret, which the runtime interface client takes away from the function. */
  readonly runtimeApiPath: string;
  readonly taskRoot: string;
  /** Where the runtime interface client lies. */
  readonly runtimeFolder: string;
  /** The layers' folder, where the function has layers. */
  readonly optFolder: string | undefined;
  readonly temporaryFolder: string;
  readonly logStream: string;
}

/**
 * The whole environment of a function's process: what it declares, what Lambda defines, and nothing of this machine's.
 * Four liberties: AWS_ENDPOINT_URL (the SDK's own variable) leads to the laptop's services, TMPDIR and HOME are a
 * private folder in the place of /tmp, PATH has two folders, the runtime's own with `node` in it (/var/lang/bin on AWS) and the
 * layers' (/opt/bin), but none of this machine's programs, which AWS may not have (threats.md L5), and the SDK does not
 * complain of this machine's Node, which may be older than the declared runtime's.
 */
export function functionVariables(facts: EnvironmentFacts): Record<string, string> {
  const { settings, credentials, optFolder } = facts;
  const opt = optFolder === undefined ? [] : [join(optFolder, "bin")];
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    // Never empty: that would mean the folder that a process happens to be in.
    PATH: [join(facts.runtimeFolder, "bin"), ...opt].join(":"),
    AWS_ENDPOINT_URL: facts.endpointUrl,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...(optFolder !== undefined && { NODE_PATH: join(optFolder, "nodejs", "node_modules") }),
    ...settings.environment,
    TMPDIR: facts.temporaryFolder,
    HOME: facts.temporaryFolder,
    LAMBDA_TASK_ROOT: facts.taskRoot,
    LAMBDA_RUNTIME_DIR: facts.runtimeFolder,
    AWS_REGION: facts.region,
    AWS_DEFAULT_REGION: facts.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
    AWS_LAMBDA_RUNTIME_API: facts.runtimeApi,
    [RUNTIME_API_PATH_VARIABLE]: facts.runtimeApiPath,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    ...(settings.logFormat === "JSON" && { AWS_LAMBDA_LOG_FORMAT: "JSON" }),
    ...(settings.logLevel !== undefined && { AWS_LAMBDA_LOG_LEVEL: settings.logLevel }),
    _HANDLER: settings.handler,
  };
}
