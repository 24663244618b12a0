/** A runtime in a process of its own, for tests that kill it. Prints `ready`, and from then on does what it was told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ADMINISTRATOR } from "../../protocol/aws-json/signed-endpoint.ts";
import { Stage } from "./laptop-lambda.ts";

const [folder = ""] = process.argv.slice(2);
const stage = await Stage.open();
const code = `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
  export const handler = async ({ file, busy }) => {
    const encoder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
    writeFileSync(file, process.pid + " " + encoder.pid);
    while (busy);
    await new Promise(() => setInterval(() => {}, 1000));
  };`;
for (const [name, busy] of [
  ["idle", false],
  ["busy", true],
] as const) {
  const { arn } = await stage.declare(name, code, { timeoutSeconds: 600 });
  void stage.lambda.invoke(ADMINISTRATOR, arn, { file: join(folder, name), busy });
}
const warm = await stage.declare("warm", "export const handler = async () => process.pid;");
const result = await warm();
writeFileSync(join(folder, "warm"), result.outcome === "ok" ? String(result.payload) : "");
