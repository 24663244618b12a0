import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { bundleScript, runScript } from "../child.ts";
import type { GoalMeasured } from "../measure.ts";
import { phoneLandscape, phonePortrait, photo } from "./pictures.ts";

const WARM_PICTURES = 200;

/** What people upload, in the sizes in which they do. */
const MIXED: Readonly<Record<string, () => Promise<Buffer>>> = {
  "landscape.jpg": phoneLandscape,
  "portrait.jpg": phonePortrait,
  "screenshot.png": () => photo(1440, 900, 3).png().toBuffer(),
  "alpha.png": () => photo(1200, 1200, 4).ensureAlpha(0.5).png().toBuffer(),
  "web.webp": () => photo(2048, 1365, 5).webp().toBuffer(),
  "web.avif": () => photo(1600, 1067, 6).avif({ effort: 0 }).toBuffer(),
  "small.gif": () => photo(480, 320, 7).gif({ effort: 1 }).toBuffer(),
  "scan.tiff": () => photo(1654, 2339, 8).tiff({ compression: "lzw" }).toBuffer(),
};

/** Goal 6: the peak of one warm process over 200 pictures. One run, because it is a peak of as many already. */
export async function measureWarmMemory(): Promise<GoalMeasured[]> {
  const peakMb = await withPictures(MIXED, (folder) => measurePeak(folder, WARM_PICTURES));
  const line = { goal: 6, what: `memory over ${WARM_PICTURES} mixed warm pictures`, unit: "MB", ours: peakMb };
  return [{ ...line, ratio: peakMb, expected: "≤ 250 MB", met: peakMb <= 250 }];
}

export async function measurePeak(folder: string, pictures: number): Promise<number> {
  const script = await bundleScript(new URL("./children/resize-many.ts", import.meta.url));
  const printed = await runScript(script, [folder, `${pictures}`], { MALLOC_ARENA_MAX: "2" });
  return z.object({ peakMb: z.number() }).parse(printed).peakMb;
}

export async function withPictures<T>(
  pictures: Readonly<Record<string, () => Promise<Buffer>>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-bench-"));
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, make] of Object.entries(pictures)) await writeFile(join(folder, name), await make());
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
