import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * The seams inside the laptop runtime. Each service stands in a folder of its own and knows the others only through
 * these types; `local/start.ts` joins them.
 */

/** Who signs a request. The runtime makes every one of them; keys are made anew for each state folder. */
export type Principal =
  /** The owner of `.darkroom/aws.env`: may do everything that a resource policy does not deny. */
  | { readonly type: "administrator"; readonly arn: string }
  /** A role: what its policies allow, nothing else. `arn` is the role's. */
  | { readonly type: "role"; readonly arn: string }
  /** AWS itself, on behalf of a resource: `cloudfront.amazonaws.com` for a distribution. Only resource policies allow it. */
  | { readonly type: "service"; readonly service: string; readonly sourceArn: string; readonly sourceAccount: string }
  | { readonly type: "anonymous" };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface CredentialStore {
  /** The same credentials for the same principal, for the life of the state folder. */
  issue(principal: Principal): Credentials;
  find(accessKeyId: string): { readonly credentials: Credentials; readonly principal: Principal } | undefined;
}

/** `Version`/`Statement` of an IAM policy, parsed and checked. */
export type PolicyDocument = { readonly Version?: string; readonly Statement: readonly unknown[] };

export interface AccessRequest {
  readonly principal: Principal;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Condition keys as IAM names them: `aws:SecureTransport`, `s3:prefix`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy of the bucket, queue or function that is touched, where it has one. */
  readonly resourcePolicy?: PolicyDocument;
}

export interface AccessDecision {
  readonly allowed: boolean;
  /** For the log and the AccessDenied message, in AWS's words: "no identity-based policy allows the s3:PutObject action". */
  readonly reason: string;
}

/** IAM. Explicit deny wins; otherwise identity or resource policy must allow. Every denial is logged by the caller. */
export type Authorize = (request: AccessRequest) => AccessDecision;

/** One JSON line in `.darkroom/logs/` and on the terminal. Never a secret, a token or a signed URL. */
export type Log = (
  line: {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly source: string;
    readonly message: string;
  } & Record<string, unknown>,
) => void;

/** Time that tests can move. Milliseconds since 1970. */
export interface RuntimeClock {
  now(): number;
}

/** What every service is given. */
export interface ServiceContext {
  readonly region: string;
  readonly accountId: string;
  /** This service's own folder for state; it exists. What is acknowledged survives `kill -9`. */
  readonly directory: string;
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
  readonly log: Log;
  readonly clock: RuntimeClock;
}

/**
 * A service behind the one signed endpoint on 127.0.0.1. The endpoint routes by the credential scope of the signature
 * (S3 where there is none); the service verifies the signature with `local/sigv4` and asks `authorize`.
 */
export interface AwsService {
  /** The service's name in a credential scope: `s3`, `sqs`, `dynamodb`. */
  readonly name: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whether anything that the service holds lets pages of this origin in. @default nothing does */
  listsOrigin?(origin: string): boolean;
  /** The stack has declared all it has, and nothing is served yet: what only an earlier stack declared is taken back. */
  dropUndeclared?(): Promise<void>;
  /** Finishes what is under way and lets go of its files. */
  stop(): Promise<void>;
}
