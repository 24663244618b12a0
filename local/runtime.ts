import type { ArtifactManifest } from "../contracts/artifacts.ts";
import type { ReportForeign } from "./protocol/endpoint/foreign-requests.ts";
import type { Authorize, CredentialStore, Log, PolicyDocument, RuntimeClock } from "./service.ts";
import type { CachePolicy, ResponseHeadersPolicy } from "./services/cdn/settings.ts";
import type { DynamoDbService } from "./services/dynamodb/seam.ts";
import type { HttpApi } from "./services/http-api/http-api.ts";
import type { LambdaService } from "./services/lambda/seam.ts";
import type { LogsService } from "./services/logs/seam.ts";
import type { S3Service } from "./services/s3/seam.ts";
import type { SqsService } from "./services/sqs/seam.ts";

/** The roles that the stack declares, for `authorize` to look up. */
export interface RoleStore {
  putRole(arn: string, trustPolicy: PolicyDocument): void;
  putPolicy(roleArn: string, name: string, policy: PolicyDocument): void;
}

/** The HTTP APIs that have started, by API id, and their integrations, by `<API id>/<integration id>`. */
export interface HttpApiRegistry {
  readonly apis: Map<string, HttpApi>;
  readonly integrations: Map<string, { readonly functionArn: string; readonly timeoutMs: number }>;
}

/** What distributions refer to by id. */
export interface CdnRegistry {
  readonly cachePolicies: Map<string, CachePolicy>;
  readonly responseHeadersPolicies: Map<string, ResponseHeadersPolicy>;
  readonly originAccessControls: Set<string>;
}

/** What a resource may use while it starts. */
export interface LaptopRuntime {
  readonly region: string;
  readonly accountId: string;
  /** The signed endpoint of all services: `http://127.0.0.1:4566` */
  readonly endpointUrl: string;
  /** The folder of the synthesized stack, which `source` and `filename` are relative to. */
  readonly stackFolder: string;
  /** The folder of built artifacts and its manifest. */
  readonly artifactsFolder: string;
  readonly artifacts: ArtifactManifest;
  /** Where state lives: `.darkroom/` */
  readonly stateFolder: string;
  readonly clock: RuntimeClock;
  readonly log: Log;
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
  readonly roles: RoleStore;
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly dynamodb: DynamoDbService;
  readonly lambda: LambdaService;
  readonly logs: LogsService;
  /**
   * Resolves when all resources are up. Whoever listens lets its requests wait until then: half of a stack would refuse
   * for good what the whole one takes.
   */
  readonly whenStarted: Promise<unknown>;
  /** The loopback port for an API or a distribution; the same from start to start unless configured otherwise. */
  portFor(address: string): number;
}

/** What the runtime's own gateways need besides. */
export interface CoreRuntime extends LaptopRuntime {
  /** Tells the terminal, once, of a page or a name that was refused. */
  readonly reportForeign: ReportForeign;
  readonly httpApis: HttpApiRegistry;
  readonly cdn: CdnRegistry;
}
