import { type LaptopOptions, startLaptop } from "../../local/start.ts";

/** The laptop runtime in a process of its own, so that it can be killed: `runtime-child.ts <LaptopOptions as JSON>`. */
const { stop, endpointUrl, region, stacks, administrator } = await startLaptop(
  JSON.parse(process.argv[2] ?? "") as LaptopOptions,
);
process.once("SIGTERM", () => void stop().then(() => process.exit(0)));
// Who is killed cannot stop it: it goes when its parent has gone.
process.once("disconnect", () => process.exit(1));
process.stdout.write(`${JSON.stringify({ endpointUrl, region, outputs: stacks[0]?.outputs, administrator })}\n`);
