import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** `cold-start <bundle> <event.json>`: loads a function and calls it once, as Lambda does; reports how long both took. */
const [bundle = "", eventFile = ""] = process.argv.slice(2);
const event: unknown = JSON.parse(readFileSync(eventFile, "utf8"));
const require = createRequire(import.meta.url);

const startedAt = performance.now();
const { handler } = bundle.endsWith(".cjs") ? require(bundle) : await import(pathToFileURL(bundle).href);
const { statusCode, body } = await handler(event, {});
const ms = performance.now() - startedAt;
if (statusCode >= 300) throw new Error(`The function answered ${statusCode}: ${body}`);
process.send?.({ ms });
process.disconnect();
