import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCredentialScope } from "../../../../local/protocol/sigv4/credential-scope.ts";
import type {
  AccessRequest,
  AwsService,
  CredentialStore,
  Credentials,
  Log,
  Principal,
  ServiceContext,
} from "../../../../local/service.ts";

export const REGION = "eu-central-1";
export const ACCOUNT = "111122223333";
export const ADMINISTRATOR: Principal = { type: "administrator", arn: `arn:aws:iam::${ACCOUNT}:user/administrator` };

export function roleNamed(name: string): Extract<Principal, { type: "role" }> {
  return { type: "role", arn: `arn:aws:iam::${ACCOUNT}:role/${name}` };
}

export function createCredentials(): CredentialStore {
  const issued = new Map<string, { credentials: Credentials; principal: Principal }>();
  return {
    issue(principal) {
      const known = [...issued.values()].find((entry) => JSON.stringify(entry.principal) === JSON.stringify(principal));
      if (known) return known.credentials;
      const accessKeyId = `AKIA${randomBytes(8).toString("hex").toUpperCase()}`;
      const credentials = { accessKeyId, secretAccessKey: randomBytes(20).toString("hex") };
      issued.set(accessKeyId, { credentials, principal });
      return credentials;
    },
    find: (accessKeyId) => issued.get(accessKeyId),
  };
}

/** Says yes to the administrator, and to others what `allow` says; remembers what was asked. */
export function createAuthorize(allow: (request: AccessRequest) => boolean = () => true) {
  const asked: AccessRequest[] = [];
  const authorize: ServiceContext["authorize"] = (request) => {
    asked.push(request);
    const allowed = request.principal.type === "administrator" || allow(request);
    return { allowed, reason: allowed ? "" : `no identity-based policy allows the ${request.action} action` };
  };
  return { authorize, asked };
}

export type LogLine = Parameters<Log>[0];

/** A signed endpoint on a free port, its state in a folder of its own. */
export class SignedEndpoint {
  readonly lines: LogLine[] = [];
  readonly credentials = createCredentials();
  /** Added to the machine's time, to move the services' clock. */
  aheadMs = 0;
  readonly #services = new Map<string, AwsService>();
  readonly #server: Server;

  private constructor(
    readonly folder: string,
    server: Server,
  ) {
    this.#server = server;
  }

  static async open(folder?: string): Promise<SignedEndpoint> {
    const server = createServer((request, response) => {
      const name = findCredentialScope(request)?.service ?? endpoint.#onlyService();
      const service = endpoint.#services.get(name);
      if (service) service.handle(request, response).catch((error) => response.destroy(error));
      else response.writeHead(404).end();
    });
    const endpoint = new SignedEndpoint(folder ?? (await mkdtemp(join(tmpdir(), "darkroom-test-"))), server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  context(authorize: ServiceContext["authorize"] = createAuthorize().authorize) {
    return {
      region: REGION,
      accountId: ACCOUNT,
      directory: this.folder,
      credentials: this.credentials,
      authorize,
      log: (line: LogLine) => void this.lines.push(line),
      clock: { now: () => Date.now() + this.aheadMs },
      endpointUrl: this.url,
    };
  }

  serve<S extends AwsService>(service: S): S {
    this.#services.set(service.name, service);
    return service;
  }

  /** Options for an SDK client that signs as this principal. */
  clientOptions(principal: Principal = ADMINISTRATOR) {
    const credentials = this.credentials.issue(principal);
    return { endpoint: this.url, region: REGION, credentials, maxAttempts: 1 };
  }

  async close(options: { readonly keepFolder?: boolean } = {}): Promise<void> {
    for (const service of this.#services.values()) await service.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    if (!options.keepFolder) await rm(this.folder, { recursive: true, force: true });
  }

  #onlyService(): string {
    return this.#services.size === 1 ? ([...this.#services.keys()][0] ?? "") : "";
  }
}
