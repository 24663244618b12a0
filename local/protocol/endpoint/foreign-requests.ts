import type { IncomingMessage } from "node:http";
import type { Log } from "../../service.ts";
import { isLoopbackOrigin, isOwnHost } from "./own-requests.ts";

/** A request that no server of the runtime takes, and how it is answered. */
export interface ForeignRequest {
  readonly status: 403 | 421;
  /** For whoever reads the answer. */
  readonly message: string;
  /** For the terminal. */
  readonly warning: string;
}

export type ReportForeign = (request: ForeignRequest) => void;

/**
 * What every server of the runtime asks first (threats.md L1): was it called by its own name, so that no page on a name that
 * was rebound to this machine reaches it, and if a page asks, is that page this machine's own, or one that the stack lets
 * in? `isListed` is what this server's CORS configuration says; `moreNames` are others of its own, below `.localhost`.
 */
export function findForeign(
  { headers, socket }: IncomingMessage,
  isListed: (origin: string) => boolean,
  moreNames: readonly string[] = [],
): ForeignRequest | undefined {
  const { host = "", origin } = headers;
  const port = socket.localPort ?? 0;
  if (!isOwnHost(host, port, moreNames)) return describeForeignHost(cut(host), port);
  if (origin === undefined || isLoopbackOrigin(origin) || isListed(origin)) return undefined;
  return describeForeignOrigin(cut(origin));
}

function describeForeignHost(host: string, port: number): ForeignRequest {
  return {
    status: 421,
    message: `This server answers to 127.0.0.1:${port}, localhost:${port} and [::1]:${port} only, and was asked for as "${host}".`,
    warning: `A request to "${host}" was refused: the laptop runtime answers to 127.0.0.1, localhost and [::1] only, with its own port. Use one of these names.`,
  };
}

function describeForeignOrigin(origin: string): ForeignRequest {
  return {
    status: 403,
    message: `Pages of the origin "${origin}" are not let in: "origins" in environments.ts does not list it.`,
    warning: `A page of ${origin} was refused: it is not listed in "origins" of this environment, in environments.ts. If it is yours, add it there and start again. Pages of this machine (localhost, 127.0.0.1, any port) need no entry.`,
  };
}

/** How many different ones are told of: a page could make up new names without end. */
const MAX_TOLD = 20;
const MAX_NAME_CHARACTERS = 200;

/** Tells of each name and origin once. */
export function createForeignReport(log: Log): ReportForeign {
  const told = new Set<string>();
  return ({ warning }) => {
    if (told.has(warning) || told.size >= MAX_TOLD) return;
    told.add(warning);
    log({ level: "warn", source: "origins", message: warning });
  };
}

function cut(name: string): string {
  return name.slice(0, MAX_NAME_CHARACTERS);
}
