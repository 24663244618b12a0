import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { requireBuild } from "../../support/require-build.ts";

/** Of the shell and the media page together, as a browser fetches them. */
const MOST_BYTES = 30_000;

it("is at most 30 kB gzipped, script and style together", () => {
  const { folder, manifest } = requireBuild();
  const parts = (manifest.sites.media ?? []).filter(({ contentType }) => /javascript|css/.test(contentType));

  const bytes = parts.reduce(
    (sum, { path }) => sum + gzipSync(readFileSync(join(folder, path)), { level: 9 }).length,
    0,
  );

  expect(parts.map(({ key }) => key.replace(/-[^.]+/, ""))).toEqual(["assets/main.js", "assets/styles.css"]);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});
