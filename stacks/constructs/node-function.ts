import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { LAMBDA_ARCHITECTURE, LAMBDA_HANDLER, LAMBDA_RUNTIME } from "../../contracts/runtime.ts";
import { type BuiltFile, base64OfHex } from "../support/artifacts.ts";
import { withLogicalId } from "../support/logical-id.ts";
import { functionArn, globalName, type NamingScope, regionalName } from "../support/naming.ts";
import { ACTIONS, type Grantee, type Statement } from "../support/permissions.ts";
import { isWholeBetween, type Rule, validateProps } from "../support/validate.ts";
import type { AlarmTopic } from "./alarm-topic.ts";
import { FunctionRole } from "./function-role.ts";
import { LogGroup } from "./log-group.ts";
import type { ConsumableQueue } from "./work-queue.ts";

export interface NodeFunctionProps {
  readonly naming: NamingScope;
  /** The built zip. */
  readonly code: BuiltFile;
  /** What it is for, in one sentence, up to 256 characters. */
  readonly description: string;
  /** 128–10240 MB. 1769 MB is one whole vCPU. */
  readonly memoryMb: number;
  /** 1–900 s. */
  readonly timeoutSeconds: number;
  /** Exactly the variables of contracts/media/environment.ts, and tuning. No secrets: they can be read in the console. */
  readonly environment: Readonly<Record<string, string>>;
  /** Days. */
  readonly logRetentionDays: number;
  /** Room in /tmp, 512–10240 MB. @default 512 */
  readonly scratchMb?: number | undefined;
  /** ARNs of layer versions, at most 5. @default none */
  readonly layerArns?: readonly string[] | undefined;
  /** Places that only this function may use, 1–1000. @default it shares the account's */
  readonly reservedConcurrency?: number | undefined;
  /** Who is told, and of how many errors and refused calls in five minutes. @default nobody */
  readonly alarms?: FunctionAlarms | undefined;
}

export interface FunctionAlarms {
  readonly topic: AlarmTopic;
  readonly errors: number;
  readonly throttles: number;
}

export interface ConsumeOptions {
  /** Messages per call, 1–10: more would need a batching window. */
  readonly batchSize: number;
  /** Calls at once, 2–1000. */
  readonly maximumConcurrency: number;
}

const RULES: readonly Rule<NodeFunctionProps>[] = [
  {
    holds: ({ memoryMb }) => isWholeBetween(memoryMb, 128, 10_240),
    problem: ({ memoryMb }) => `memoryMb is ${memoryMb}; it must be a whole number from 128 to 10240`,
  },
  {
    holds: ({ timeoutSeconds }) => isWholeBetween(timeoutSeconds, 1, 900),
    problem: ({ timeoutSeconds }) => `timeoutSeconds is ${timeoutSeconds}; it must be a whole number from 1 to 900`,
  },
  {
    holds: ({ scratchMb = 512 }) => isWholeBetween(scratchMb, 512, 10_240),
    problem: ({ scratchMb }) => `scratchMb is ${scratchMb}; it must be a whole number from 512 to 10240`,
  },
  {
    holds: ({ description }) => description.length > 0 && description.length <= 256,
    problem: ({ description }) => `description has ${description.length} characters; it must have 1 to 256`,
  },
  {
    holds: ({ layerArns = [] }) => layerArns.length <= 5,
    problem: ({ layerArns = [] }) => `layerArns names ${layerArns.length} layers; Lambda takes at most 5`,
  },
  {
    holds: ({ reservedConcurrency: places }) => places === undefined || isWholeBetween(places, 1, 1000),
    problem: ({ reservedConcurrency }) =>
      `reservedConcurrency is ${reservedConcurrency}; it must be a whole number from 1 to 1000`,
  },
  {
    holds: ({ environment }) => listReservedNames(environment).length === 0,
    problem: ({ environment }) =>
      `environment sets ${listReservedNames(environment).join(", ")}, which Lambda keeps for itself; choose other names`,
  },
  {
    holds: ({ environment }) => byteLength(environment) <= 4096,
    problem: ({ environment }) => `environment has ${byteLength(environment)} bytes; Lambda takes at most 4096`,
  },
];

/**
 * A Node function with a role of its own, logs that end, traces, and nothing in its environment but what is given: it
 * may do what it is granted, and be called by whom it is told.
 */
export class NodeFunction extends Construct implements Grantee {
  readonly arn: string;
  readonly invokeArn: string;
  readonly functionName: string;
  readonly logGroupName: string;
  /** Of its resources in Terraform: `presign`. */
  readonly logicalId: string;
  private readonly role: FunctionRole;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, `${id}-function`);
    validateProps(this, props, RULES);
    this.logicalId = id;
    this.role = this.createRole(props);
    const logs = this.createLogGroup(props);
    const lambda = this.createFunction(props, logs);
    this.arn = lambda.arn;
    this.invokeArn = lambda.invokeArn;
    this.functionName = lambda.functionName;
    this.logGroupName = logs.name;
    logs.grantWrite(this);
    this.grantTracing();
    if (props.alarms) this.createAlarms(props.alarms);
  }

  addStatement(statement: Statement): void {
    this.role.addStatement(statement);
  }

  /** Lets a service call this function on behalf of one resource (threats.md P2). */
  allowCallFrom(id: string, service: "apigateway.amazonaws.com" | "events.amazonaws.com", sourceArn: string): void {
    withLogicalId(
      new LambdaPermission(this, `call-from-${id}`, {
        statementId: id,
        action: ACTIONS.invoke[0],
        functionName: this.functionName,
        principal: service,
        sourceArn,
      }),
      `${this.logicalId}_${id}`,
    );
  }

  /** Calls this function with the queue's messages; a message that failed comes back alone (threats.md E6). */
  consume(queue: ConsumableQueue, options: ConsumeOptions): void {
    validateProps(this, options, CONSUME_RULES);
    this.role.trustPollers();
    queue.grantConsume(this);
    withLogicalId(
      new LambdaEventSourceMapping(this, `consume-${queue.logicalId}`, {
        eventSourceArn: queue.arn,
        functionName: this.arn,
        batchSize: options.batchSize,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: options.maximumConcurrency },
        // Lambda refuses a mapping whose role may not yet read the queue.
        dependsOn: [this.role.policy],
      }),
      queue.logicalId,
    );
  }

  private createRole({ naming }: NodeFunctionProps): FunctionRole {
    return new FunctionRole(this, this.logicalId, {
      roleName: globalName(naming, "role", this.logicalId),
      functionArn: functionArn(naming, regionalName(naming, "function", this.logicalId)),
      accountId: naming.accountId,
      region: naming.region,
    });
  }

  private createLogGroup({ naming, logRetentionDays }: NodeFunctionProps): LogGroup {
    return new LogGroup(this, this.logicalId, {
      name: `/aws/lambda/${regionalName(naming, "function", this.logicalId)}`,
      retentionDays: logRetentionDays,
    });
  }

  private createFunction(props: NodeFunctionProps, logs: LogGroup): LambdaFunction {
    const zip = new TerraformAsset(this, "code", {
      path: props.code.file,
      type: AssetType.FILE,
      assetHash: props.code.sha256.slice(0, 16),
    });
    return withLogicalId(
      new LambdaFunction(this, "function", {
        functionName: regionalName(props.naming, "function", this.logicalId),
        description: props.description,
        filename: zip.path,
        sourceCodeHash: base64OfHex(props.code.sha256),
        handler: LAMBDA_HANDLER,
        runtime: LAMBDA_RUNTIME,
        architectures: [LAMBDA_ARCHITECTURE],
        memorySize: props.memoryMb,
        timeout: props.timeoutSeconds,
        ephemeralStorage: { size: props.scratchMb ?? 512 },
        reservedConcurrentExecutions: props.reservedConcurrency,
        role: this.role.arn,
        layers: props.layerArns ? [...props.layerArns] : undefined,
        environment: { variables: { ...props.environment } },
        tracingConfig: { mode: "Active" },
        loggingConfig: {
          logFormat: "JSON",
          applicationLogLevel: "INFO",
          systemLogLevel: "INFO",
          logGroup: logs.name,
        },
      }),
      this.logicalId,
    );
  }

  private createAlarms({ topic, errors, throttles }: FunctionAlarms): void {
    const metric = {
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: this.functionName },
      statistic: "Sum",
    } as const;
    topic.createAlarm(this, {
      id: `${this.logicalId}_errors`,
      meaning: `Calls of the function ${this.logicalId} ended in an error: a crash, a timeout, or a fault that was not foreseen.`,
      runbook: "functionErrors",
      metric: { ...metric, name: "Errors" },
      atLeast: errors,
    });
    topic.createAlarm(this, {
      id: `${this.logicalId}_throttles`,
      meaning: `Calls of the function ${this.logicalId} found no free place and were refused.`,
      runbook: "functionThrottles",
      metric: { ...metric, name: "Throttles" },
      atLeast: throttles,
    });
  }

  private grantTracing(): void {
    this.addStatement({
      Sid: "WriteTraces",
      Effect: "Allow",
      Action: ACTIONS.writeTraces,
      Resource: "*",
    });
  }
}

const CONSUME_RULES: readonly Rule<ConsumeOptions>[] = [
  {
    holds: ({ batchSize }) => isWholeBetween(batchSize, 1, 10),
    problem: ({ batchSize }) => `batchSize is ${batchSize}; it must be a whole number from 1 to 10`,
  },
  {
    holds: ({ maximumConcurrency }) => isWholeBetween(maximumConcurrency, 2, 1000),
    problem: ({ maximumConcurrency }) =>
      `maximumConcurrency is ${maximumConcurrency}; it must be a whole number from 2 to 1000`,
  },
];

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function listReservedNames(environment: Readonly<Record<string, string>>): string[] {
  return Object.keys(environment).filter((name) => /^(AWS_|_|LAMBDA_)/.test(name));
}

function byteLength(environment: Readonly<Record<string, string>>): number {
  return Buffer.byteLength(JSON.stringify(environment));
}
