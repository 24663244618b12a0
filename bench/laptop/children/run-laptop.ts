import { type LaptopOptions, startLaptop } from "../../../local/start.ts";

/**
 * The laptop runtime as a process of its own, so that its memory is its own: `run-laptop <LaptopOptions as JSON>`. Says
 * where it runs; then `watch` starts to watch its memory, and `report` tells how much more than at that moment it took.
 */
const SAMPLE_MS = 10;

const options = JSON.parse(process.argv[2] ?? "") as LaptopOptions;
const { endpointUrl, region, stacks, administrator, stop } = await startLaptop(options);

let idleBytes = 0;
let peakBytes = 0;
const sample = () => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};

process.on("message", (message) => {
  if (message === "watch") {
    idleBytes = process.memoryUsage.rss();
    peakBytes = idleBytes;
    setInterval(sample, SAMPLE_MS).unref();
  }
  if (message === "report") process.send?.({ extraBytes: peakBytes - idleBytes });
});
// Ctrl-C reaches the whole group: the bench ends, and by that this process.
process.on("SIGINT", () => {});
process.once("disconnect", () => void stop().finally(() => process.exit(0)));
process.send?.({ endpointUrl, region, outputs: stacks[0]?.outputs, administrator });
