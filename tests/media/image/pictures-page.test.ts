import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { formatPictures, PICTURES_PAGE } from "../../../docs/pictures.ts";

it("docs/pictures.md says what the presets and limits are; `npx tsx docs/pictures.ts` brings it up to date", async () => {
  expect(await readFile(PICTURES_PAGE, "utf8")).toBe(formatPictures());
});
