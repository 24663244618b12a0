import { ensureInstalled } from "./installation.mjs";

/** `npm test`: installs where that is needed, then hands over to TypeScript. */

await ensureInstalled(new URL("../", import.meta.url));
const { register } = await import("tsx/esm/api");
register();
await import("./test.ts");
