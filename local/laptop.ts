import type { LogLevel } from "./log-writer.ts";
import type { LaptopRuntime } from "./runtime.ts";
import type { Credentials, RuntimeClock } from "./service.ts";
import type { Services } from "./services/index.ts";

export interface LaptopOptions {
  /** `cdktf.out/stacks/<name>`, one per stack: all of one account and region. */
  readonly stackFolders: readonly string[];
  /** `dist` */
  readonly artifactsFolder: string;
  /** `.darkroom`: made where it is missing, picked up again where it is not. */
  readonly stateFolder: string;
  /** The endpoint's port; APIs and distributions take the next ones. 0: any free ones. */
  readonly basePort: number;
  /** What the terminal shows; the files take everything. @default info */
  readonly terminalLevel?: LogLevel | "silent";
  readonly writeTerminal?: (line: string) => void;
  readonly clock?: RuntimeClock;
}

/** A runtime that is up. */
export interface Laptop<Running = Services> {
  /** In the order of `stackFolders`. */
  readonly stacks: readonly RunningStack[];
  readonly region: string;
  readonly accountId: string;
  /** `http://127.0.0.1:4566` */
  readonly endpointUrl: string;
  /** May do everything that no resource policy denies. */
  readonly administrator: Credentials;
  /** With every service, by name. */
  readonly runtime: LaptopRuntime & Running;
  /** Stops everything that was started; the state folder stays. */
  stop(): Promise<void>;
}

export interface RunningStack {
  /** `darkroom-dev-media` */
  readonly name: string;
  /** Its outputs, resolved. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the stack says of them. */
  readonly descriptions: Readonly<Record<string, string>>;
}
