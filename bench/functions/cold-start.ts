import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { unzipSync } from "fflate";
import * as z from "zod";
import { artifactManifest } from "../../contracts/artifacts.ts";
import { bundleScript, hearScript } from "../child.ts";
import { type GoalResult, interleave, judgeAtMost } from "../measure.ts";
import { prepareBuild } from "../prepared-build.ts";
import { withScratchFolder } from "../scratch.ts";
import {
  CREDENTIALS,
  createPresignEvent,
  createStatusEvent,
  PRESIGN_ENVIRONMENT,
  REGION,
  STATUS_ENVIRONMENT,
} from "./requests.ts";
import { withTableStandIn } from "./table-stand-in.ts";

const GOAL = 8;
const MOST_OF_PEER = 0.7;
const MOST_KILOBYTES = 250;
/** Starts differ more from one to the next than anything else that is measured here. */
const ROUNDS = 15;

interface Measured {
  readonly name: "presign" | "status";
  /** What the peer is bundled from. */
  readonly peer: URL;
  readonly event: unknown;
  readonly environment: Readonly<Record<string, string>>;
}

const FUNCTIONS: readonly Measured[] = [
  {
    name: "presign",
    peer: new URL("./peers/presign.ts", import.meta.url),
    event: createPresignEvent(),
    environment: PRESIGN_ENVIRONMENT,
  },
  {
    name: "status",
    peer: new URL("../../lambdas/media/status/handler.ts", import.meta.url),
    event: createStatusEvent(),
    environment: STATUS_ENVIRONMENT,
  },
];

/** Goal 8: load and first call of the bundle that is deployed, in a fresh process, beyond those of an empty function. */
export async function measureColdStart(): Promise<readonly GoalResult[]> {
  const artifactsFolder = await prepareBuild();
  const results: GoalResult[] = [];
  for (const measured of FUNCTIONS) {
    const code = await readBundle(artifactsFolder, measured.name);
    results.push(await withScratchFolder((folder) => measureOne(folder, code, measured)));
    const size = { goal: GOAL, what: `${measured.name}: size of its bundle`, unit: "KB", ours: code.length / 1000 };
    results.push(judgeAtMost(size, MOST_KILOBYTES));
  }
  return results;
}

/** From the zip, as Lambda takes it. */
async function readBundle(artifactsFolder: string, name: string): Promise<Uint8Array> {
  const manifest = artifactManifest.parse(JSON.parse(await readFile(join(artifactsFolder, "artifacts.json"), "utf8")));
  const zip = await readFile(join(artifactsFolder, manifest.functions[`media/${name}`]?.path ?? ""));
  const code = unzipSync(zip)["index.mjs"];
  if (code === undefined) throw new Error(`The zip of ${name} holds no index.mjs.`);
  return code;
}

async function measureOne(folder: string, code: Uint8Array, { name, ...measured }: Measured): Promise<GoalResult> {
  const program = await bundleScript(new URL("./children/cold-start.ts", import.meta.url));
  const [ours, peer, empty] = [join(folder, "ours.mjs"), join(folder, "peer.cjs"), join(folder, "empty.mjs")];
  const event = join(folder, "event.json");
  await writeFile(ours, code);
  await bundleAsUsual(measured.peer, peer);
  await writeFile(empty, "export const handler = async () => ({ statusCode: 200 });");
  await writeFile(event, JSON.stringify(measured.event));

  const figures = await withTableStandIn(async (endpoint) => {
    const environment = { ...measured.environment, ...lambdaVariables(endpoint, name) };
    const start = (bundle: string) => () => startOnce([program, bundle, event], environment);
    return await interleave({ ours: start(ours), peer: start(peer), floor: start(empty) }, ROUNDS);
  });
  const ratio = (figures.ours - figures.floor) / (figures.peer - figures.floor);
  const what = `${name}: load and first call, against the same code as a CommonJS bundle, above an empty function`;
  const expected = `≤ ${MOST_OF_PEER} of CommonJS`;
  return { goal: GOAL, what, unit: "ms", ...figures, ratio, expected, met: ratio <= MOST_OF_PEER };
}

/** The same code and clients, with esbuild's own settings for Node. */
async function bundleAsUsual(entry: URL, outfile: string): Promise<void> {
  const entryPoints = [fileURLToPath(entry)];
  await build({ entryPoints, outfile, bundle: true, minify: true, platform: "node", logLevel: "error" });
}

function lambdaVariables(endpoint: string, name: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: name,
    // The build leaves this advice out of our bundles; no other must pay for it.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}

const startShape = z.object({ ms: z.number() });

async function startOnce([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return startShape.parse(await hearScript(program, args, env)).ms;
}
