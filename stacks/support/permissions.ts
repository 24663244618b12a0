/**
 * Every action that Darkroom grants, in one place. Statements are made by the grant methods of constructs; none is
 * written by hand in a stack. No action holds a wildcard (threats.md P1).
 */
export const ACTIONS = {
  /**
   * Reading by version needs GetObjectVersion. ListBucket makes S3 answer 404 and not 403 for an object that is gone
   * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html): without it a deleted source would look like
   * a missing permission and be tried again until it is a dead letter.
   */
  readObjects: ["s3:GetObject", "s3:GetObjectVersion"],
  /** HeadObject is allowed by GetObject. */
  statObjects: ["s3:GetObject"],
  listBucket: ["s3:ListBucket"],
  writeObjects: ["s3:PutObject"],

  createItems: ["dynamodb:PutItem"],
  getItems: ["dynamodb:GetItem"],
  updateItems: ["dynamodb:UpdateItem"],
  queryIndex: ["dynamodb:Query"],

  /** What an event source mapping calls with the function's role: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
  consumeMessages: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
  /** A worker's own call: says when what it was handed comes back. No mapping needs it. */
  hideMessages: ["sqs:ChangeMessageVisibility"],
  sendMessages: ["sqs:SendMessage"],

  writeLogs: ["logs:CreateLogStream", "logs:PutLogEvents"],
  writeTraces: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],

  publishAlarms: ["sns:Publish"],

  invoke: ["lambda:InvokeFunction"],
  assumeRole: ["sts:AssumeRole"],
} as const satisfies Record<string, readonly string[]>;

/** The only actions that may be allowed on the resource `*`, each with its reason (threats.md P1). */
export const ALLOWED_WILDCARD_RESOURCES: Readonly<Record<string, string>> = {
  "xray:PutTraceSegments":
    "X-Ray defines no resource for it: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html",
  "xray:PutTelemetryRecords": "X-Ray defines no resource for it, as above.",
};

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A statement of an identity policy. */
export interface Statement {
  /** Letters and digits, unique in its policy. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[] | string;
  readonly Resource: readonly string[] | string;
  readonly Condition?: Condition;
}

/** A statement of a resource policy. */
export interface ResourceStatement extends Statement {
  readonly Principal: "*" | { readonly Service: string };
}

/** A statement of a trust policy. */
export type TrustStatement = Omit<ResourceStatement, "Resource">;

/** Whom a grant method gives to: a function, through its role. */
export interface Grantee {
  addStatement(statement: Statement): void;
}

export function policyDocument(statements: readonly (Statement | TrustStatement)[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Refuses every call that does not come over TLS (threats.md P3). The wildcards are of a denial. */
export function denyPlainHttp(
  action: "s3:*" | "sqs:*" | "sns:Publish",
  resources: readonly string[],
): ResourceStatement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: resources,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
