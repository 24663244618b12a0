import { join } from "node:path";
import * as z from "zod";
import { createHeicGrid } from "../../tests/support/heic.ts";
import { hasHevcEncoder } from "../../tests/support/hevc.ts";
import { bundleScript, runScript } from "../child.ts";
import { cpuMs, type GoalResult, interleave, judgeAtMost } from "../measure.ts";
import { withPictures } from "./memory.ts";
import { resize } from "./ours.ts";
import { phoneLandscape, photo } from "./pictures.ts";

const GOAL = 15;
const WHAT = "12 MP HEIC in tiles → 4 JPEG and 4 WebP";
/** x265's: the file comes to 1.8 MB, as phones' do (1.5 to 2 MB). */
const QUANTIZER = 30;

/** Goal 15: a phone's photo. The floor is the same photo as JPEG. */
export async function measureHeic(): Promise<readonly GoalResult[]> {
  if (!hasHevcEncoder) return [{ goal: GOAL, what: WHAT, skipped: "no ffmpeg with libx265, which makes the photo" }];
  const heic = await createHeicGrid(photo(4032, 3024), { quantizer: QUANTIZER });
  const jpeg = await phoneLandscape();
  const figures = await interleave({
    ours: () => cpuMs(() => resize(heic, { avif: false })),
    floor: () => cpuMs(() => resize(jpeg, { avif: false })),
  });
  const note = `the file has ${(heic.length / 1e6).toFixed(1)} MB; the floor is the same photo as JPEG`;
  const cpu = judgeAtMost({ goal: GOAL, what: WHAT, unit: "ms CPU", ...figures, note }, 1000);
  return [cpu, judgeAtMost({ goal: GOAL, what: `${WHAT}: memory`, unit: "MB", ours: await measurePeakMb(heic) }, 300)];
}

async function measurePeakMb(heic: Buffer): Promise<number> {
  const script = await bundleScript(new URL("./children/resize-one.ts", import.meta.url));
  return withPictures({ "photo.heic": async () => heic }, async (folder) => {
    const printed = await runScript(script, [join(folder, "photo.heic")], { MALLOC_ARENA_MAX: "2" });
    return z.object({ peakMb: z.number() }).parse(printed).peakMb;
  });
}
