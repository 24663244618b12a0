import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { startLaptop } from "../../../local/start.ts";
import { ClientFactory } from "../clients.ts";
import type { Credentials, Target } from "../target.ts";
import { describeWorld, type QueueId, type RoleId, type World } from "../world.ts";
import { toTerraform } from "./terraform.ts";

const ACCOUNT = { accountId: "111111111111", region: "eu-central-1" };
/** The world has no built files. */
const NO_ARTIFACTS = { schema: 1, functions: {}, layers: {}, sites: {}, laptop: { nodeModules: "none", layers: {} } };

/** The laptop runtime, on a stack that declares the world and nothing else. */
export async function openLaptop(): Promise<Target> {
  const world = describeWorld(ACCOUNT, "darkroom-parity");
  const folder = mkdtempSync(join(tmpdir(), "darkroom-parity-"));
  const laptop = await startLaptop({
    stackFolders: [writeStack(folder, world)],
    artifactsFolder: folder,
    stateFolder: join(folder, "state"),
    basePort: 0,
    terminalLevel: "silent",
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const factory = new ClientFactory({ region: ACCOUNT.region, url: laptop.endpointUrl });
  const roles = Object.entries(world.roles).map(
    ([id, { arn }]) => [id, laptop.runtime.credentials.issue({ type: "role", arn })] as const,
  );
  return {
    ...factory.connect(laptop.administrator),
    name: "laptop",
    world,
    owner: laptop.administrator,
    roles: Object.fromEntries(roles) as Record<RoleId, Credentials>,
    queueUrl: (id: QueueId) => `${laptop.endpointUrl}/${world.accountId}/${world.queues[id].name}`,
    connect: (credentials, clockOffsetMs) => factory.connect(credentials, clockOffsetMs),
    async close() {
      factory.destroy();
      await laptop.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeStack(folder: string, world: World): string {
  const stackFolder = join(folder, "parity");
  mkdirSync(stackFolder);
  writeFileSync(join(folder, "artifacts.json"), JSON.stringify(NO_ARTIFACTS));
  const zipPath = join(folder, "consumer.zip");
  writeFileSync(zipPath, zipSync({ "index.mjs": strToU8(world.consumer.code) }));
  writeFileSync(join(stackFolder, "cdk.tf.json"), JSON.stringify(toTerraform(world, zipPath)));
  return stackFolder;
}
