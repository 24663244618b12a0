import type { AwsService, Principal } from "../../service.ts";

export interface FunctionSettings {
  readonly name: string;
  /** The built zip. */
  readonly zipPath: string;
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly ephemeralStorageMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly layerArns: readonly string[];
  readonly reservedConcurrency?: number;
  readonly logGroup: string;
  /** As `logging_config` says; text and every level by default. */
  readonly logFormat?: "Text" | "JSON";
  readonly logLevel?: string;
}

export type InvokeResult =
  | { readonly outcome: "ok"; readonly payload: unknown }
  /** The handler threw, timed out, ran out of memory or its process died; `errorType` as Lambda names it. */
  | { readonly outcome: "error"; readonly errorType: string; readonly errorMessage: string }
  /** No free place under the reserved or account concurrency. */
  | { readonly outcome: "throttled" };

export interface LambdaService extends AwsService {
  putLayer(
    name: string,
    zipPath: string,
  ): Promise<{ readonly arn: string; readonly layerArn: string; readonly version: number }>;
  putFunction(settings: FunctionSettings): Promise<{ readonly arn: string }>;
  /** A statement of the function's resource policy (`aws_lambda_permission`). */
  addPermission(functionArn: string, statement: Readonly<Record<string, unknown>>): void;
  /** Checked against the function's resource policy for a service, and the role's policies for a role. */
  invoke(principal: Principal, functionArn: string, event: unknown): Promise<InvokeResult>;
  /** The same without an answer, as services that do not wait do it; a call that fails is tried twice more. */
  invokeLater(principal: Principal, functionArn: string, event: unknown): void;
  /** Polls the queue as the function's role and calls it with batches. */
  startEventSourceMapping(mapping: {
    readonly functionArn: string;
    readonly queueArn: string;
    readonly batchSize: number;
    readonly maximumBatchingWindowSeconds: number;
    readonly reportBatchItemFailures: boolean;
    readonly maximumConcurrency?: number;
  }): Promise<{ readonly uuid: string; stop(): Promise<void> }>;
}
