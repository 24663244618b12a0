import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AwsService, LaptopContext, LaptopService, Made, ServiceDefinition } from "./service.ts";
import type { Teardown } from "./teardown.ts";

export interface CreatedServices<List extends readonly ServiceDefinition[]> {
  readonly byName: Made<List>;
  readonly all: readonly LaptopService[];
  readonly behindEndpoint: readonly AwsService[];
}

/** Creates the services in the order of the list. One that fails (its state is damaged) does not leave the others at work. */
export async function createServices<List extends readonly ServiceDefinition[]>(
  list: List,
  shared: Omit<LaptopContext, "directory">,
  stateFolder: string,
  teardown: Teardown,
): Promise<CreatedServices<List>> {
  const made: Record<string, LaptopService> = {};
  for (const { name, create } of list) {
    const service: LaptopService = await create(withDirectory(shared, join(stateFolder, name)), made as never);
    made[name] = service;
    teardown.add(`the service ${name}`, () => service.stop?.());
  }
  const all = Object.values(made);
  return { byName: made as Made<List>, all, behindEndpoint: all.filter(isBehindEndpoint) };
}

/** Not every service keeps files: the folder is made for those that ask for it. */
function withDirectory(shared: Omit<LaptopContext, "directory">, directory: string): LaptopContext {
  return {
    ...shared,
    get directory() {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return directory;
    },
  };
}

function isBehindEndpoint(service: LaptopService): service is AwsService {
  return "handle" in service;
}
