import type { ArtifactManifest } from "../contracts/artifacts.ts";
import type { ReportForeign } from "./protocol/endpoint/foreign-requests.ts";
import type { Authorize, CredentialStore, Log, RuntimeClock } from "./service.ts";

/** What the whole runtime has one of. */
export interface LaptopRuntime {
  readonly region: string;
  readonly accountId: string;
  /** The signed endpoint of all services: `http://127.0.0.1:4566` */
  readonly endpointUrl: string;
  /** The folder of built artifacts and its manifest. */
  readonly artifactsFolder: string;
  readonly artifacts: ArtifactManifest;
  /** Where state lives: `.darkroom/` */
  readonly stateFolder: string;
  readonly clock: RuntimeClock;
  readonly log: Log;
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
  /**
   * Resolves when all resources are up. Whoever listens lets its requests wait until then: half of a stack would refuse
   * for good what the whole one takes.
   */
  readonly whenStarted: Promise<unknown>;
  /** Tells the terminal, once, of a page or a name that was refused. */
  readonly reportForeign: ReportForeign;
}

/** What a resource may use while it starts, beside the services that it names: `StackRuntime & { sqs: SqsService }`. */
export interface StackRuntime extends LaptopRuntime {
  /** `darkroom-dev-media` */
  readonly stackName: string;
  /** The folder of its synthesized files, which `source` and `filename` are relative to. */
  readonly stackFolder: string;
  /** The loopback port for an API or a distribution of this stack; the same from start to start unless configured otherwise. */
  portFor(address: string): number;
}
