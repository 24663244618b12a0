import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { formatParity, PARITY_PAGE } from "../../docs/parity.ts";

it("docs/parity.md says what the runs have shown; `npx tsx docs/parity.ts` brings it up to date", async () => {
  expect(await readFile(PARITY_PAGE, "utf8")).toBe(formatParity());
});
