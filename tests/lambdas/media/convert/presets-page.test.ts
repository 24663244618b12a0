import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { formatPresets, PRESETS_PAGE } from "../../../../docs/presets.ts";

it("docs/presets.md says what the presets are; `npx tsx docs/presets.ts` brings it up to date", async () => {
  expect(await readFile(PRESETS_PAGE, "utf8")).toBe(formatPresets());
});
