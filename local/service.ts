import type { IncomingMessage, ServerResponse } from "node:http";
import type { ArtifactManifest } from "../contracts/artifacts.ts";
import type { PolicyDocument } from "./iam/policy.ts";
import type { RoleStore } from "./iam/role-store.ts";
import type { LocalResource } from "./model/resources/resource.ts";

/**
 * What every service of the laptop runtime has in common. Each stands in a folder of its own, local/services/<name>/, and
 * knows the others only through their `seam.ts`; local/services/index.ts lists them.
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

/** What may come of `create`, beside what other services and resources need of it. */
export interface LaptopService {
  /** All stacks have declared all they have, and nothing is served yet: what only an earlier start declared goes. */
  dropUndeclared?(): Promise<void>;
  /** Finishes what is under way and lets go of its files. */
  stop?(): Promise<void>;
}

/**
 * A service behind the one signed endpoint on 127.0.0.1. The service verifies the signature with local/protocol/sigv4 and
 * asks `authorize`.
 */
export interface AwsService extends LaptopService {
  /** Its name in a credential scope, and before `.localhost`: `s3`, `sqs`, `dynamodb`. */
  readonly name: string;
  /** What stands before the dot in X-Amz-Target, where its clients send one: `AmazonSQS`. */
  readonly target?: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whether anything that the service holds lets pages of this origin in. @default nothing does */
  listsOrigin?(origin: string): boolean;
  stop(): Promise<void>;
}

/** What a service is made from. */
export interface LaptopContext extends ServiceContext {
  /** The signed endpoint of all services: `http://127.0.0.1:4566` */
  readonly endpointUrl: string;
  /** The folder of built artifacts and its manifest. */
  readonly artifactsFolder: string;
  readonly artifacts: ArtifactManifest;
  readonly roles: RoleStore;
}

/** What `index.ts` of a service's folder exports. */
export interface ServiceDefinition<
  Name extends string = string,
  Made extends object = object,
  Needs = never,
  Resources extends readonly LocalResource<never>[] = readonly LocalResource<never>[],
> {
  /** Resources find the service by this name, and `.darkroom/<name>` is its folder. */
  readonly name: Name;
  /** Makes it. `needs` are services that stand before it in local/services/index.ts. */
  create(context: LaptopContext, needs: Needs): Promise<Made> | Made;
  /** The Terraform types that it honours. */
  readonly resources: Resources;
  /** The files in its folder that hold state: once there, a start without them is refused (threats.md L3). */
  readonly stateFiles?: RegExp;
}

/** Keeps every part of a definition's type. */
export function defineService<
  const Name extends string,
  Made extends object,
  Needs,
  Resources extends readonly LocalResource<never>[],
>(definition: ServiceDefinition<Name, Made, Needs, Resources>): ServiceDefinition<Name, Made, Needs, Resources> {
  return definition;
}

/** What a list of definitions makes, by name. */
export type Made<List extends readonly ServiceDefinition[]> = {
  readonly [Definition in List[number] as Definition["name"]]: Awaited<ReturnType<Definition["create"]>>;
};

/** `unknown` where each service finds before it what it needs; else the name of the one that does not. */
type InOrder<
  List extends readonly ServiceDefinition[],
  Before extends readonly ServiceDefinition[] = [],
> = List extends readonly [infer First extends ServiceDefinition, ...infer Rest extends readonly ServiceDefinition[]]
  ? Made<Before> extends NeedsOf<First>
    ? InOrder<Rest, [...Before, First]>
    : { readonly misplaced: First["name"] }
  : unknown;
type NeedsOf<Definition> = Definition extends ServiceDefinition<string, object, infer Needs> ? Needs : never;

/** The list as it is. One that names a service before those it needs does not compile. */
export function listServices<const List extends readonly ServiceDefinition[]>(list: List & InOrder<List>): List {
  return list;
}
