import { execFileSync } from "node:child_process";
import { startMoto } from "../../terraform-state-backend/moto.ts";
import type { Target } from "../target.ts";
import { describeWorld } from "../world.ts";
import { openAccount } from "./account.ts";

const ACCOUNT = { accountId: "111111111111", region: "eu-central-1" };

/** moto_server as it comes: it verifies no signature and asks no policy of a role. */
export async function openMoto(): Promise<Target> {
  const moto = await startMoto(ACCOUNT.accountId);
  try {
    const target = await openAccount({
      name: "moto",
      version: findMotoVersion(),
      endpoint: { region: ACCOUNT.region, url: moto.bareUrl },
      owner: { accessKeyId: "mock", secretAccessKey: "mock" },
      world: describeWorld(ACCOUNT, "darkroom-parity"),
      withoutFunctions: "moto runs functions only in Docker",
      settleMs: 0,
    });
    // The world goes with the process.
    return { ...target, close: () => moto.stop() };
  } catch (error) {
    await moto.stop();
    throw error;
  }
}

/** moto tells its version only to Python. */
export function findMotoVersion(): string {
  const ask = "import importlib.metadata as m; print(m.version('moto'))";
  try {
    return execFileSync("python3", ["-c", ask], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
