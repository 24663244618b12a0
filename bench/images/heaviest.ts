import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import * as z from "zod";
import type { ImageFormat } from "../../lambdas/media/formats/image-formats.ts";
import { bundleScript, runScript } from "../child.ts";
import type { GoalMeasured } from "../measure.ts";
import { withPictures } from "./memory.ts";
import { mosaic, photo } from "./pictures.ts";

interface Heavy {
  readonly file: string;
  readonly make: () => Promise<Buffer>;
  readonly convertTo?: ImageFormat;
}

/** What costs the most memory of all that is accepted, each in the way that its kind can. */
const HEAVIEST: readonly Heavy[] = [
  {
    file: "progressive-444.jpg",
    make: () => smooth(16_000, 12_500).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
  },
  { file: "progressive-420.jpg", make: () => smooth(16_000, 12_500).jpeg({ progressive: true }).toBuffer() },
  { file: "baseline.jpg", make: () => smooth(16_000, 12_500).jpeg().toBuffer() },
  { file: "interlaced.png", make: () => mosaic(2600, 2600).ensureAlpha(0.5).png({ progressive: true }).toBuffer() },
  { file: "lossless.webp", make: () => mosaic(3000, 3000).webp({ lossless: true, effort: 0 }).toBuffer() },
  { file: "large.avif", make: () => smooth(8000, 8000).avif({ effort: 0, quality: 50 }).toBuffer() },
  { file: "large.png", make: () => smooth(16_000, 12_500).png({ compressionLevel: 1 }).toBuffer() },
  { file: "large.tiff", make: () => mosaic(2800, 2800).tiff({ compression: "none" }).toBuffer() },
  { file: "tall.jpg", make: () => mosaic(1024, 16_383).jpeg().toBuffer() },
  { file: "animated.webp", make: () => animation("webp", 600, 400, 200) },
  { file: "animated.gif", make: () => animation("gif", 300, 200, 200) },
  { file: "to-webp.jpg", make: () => mosaic(8000, 8000).jpeg().toBuffer(), convertTo: "webp" },
  {
    file: "to-jpeg.jpg",
    make: () => mosaic(12_000, 9000).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    convertTo: "jpeg",
  },
  { file: "to-png.jpg", make: () => mosaic(8000, 8000).jpeg().toBuffer(), convertTo: "png" },
  { file: "to-tiff.jpg", make: () => mosaic(8000, 8000).jpeg().toBuffer(), convertTo: "tiff" },
  { file: "to-gif.jpg", make: () => mosaic(3900, 3900).jpeg().toBuffer(), convertTo: "gif" },
  { file: "to-avif.jpg", make: () => mosaic(4800, 4800).jpeg().toBuffer(), convertTo: "avif" },
];

/** Scaled up: memory does not ask what is to be seen, and the file stays short. */
function smooth(width: number, height: number): Sharp {
  return photo(1000, 750, 9, 0).resize(width, height, { fit: "fill", kernel: "linear" });
}

/** Goal 6, its second half: what the header predicts is enough, so nothing that is accepted is ever killed. */
export async function measureHeaviest(): Promise<GoalMeasured[]> {
  const lines: GoalMeasured[] = [];
  for (const heavy of HEAVIEST) lines.push(await measureOne(heavy));
  return lines;
}

const printedShape = z.object({ peakMb: z.number(), predictedMb: z.number() });

async function measureOne({ file, make, convertTo }: Heavy): Promise<GoalMeasured> {
  const script = await bundleScript(new URL("./children/resize-one.ts", import.meta.url));
  const args = convertTo === undefined ? [] : [convertTo];
  const { peakMb, predictedMb } = await withPictures({ [file]: make }, async (folder) =>
    printedShape.parse(await runScript(script, [join(folder, file), ...args], { MALLOC_ARENA_MAX: "2" })),
  );
  const ratio = peakMb / predictedMb;
  const line = { goal: 6, what: `peak memory of ${file}`, unit: "MB", ours: peakMb, peer: predictedMb, ratio };
  return { ...line, expected: "≤ 1 of what its header predicts", met: ratio <= 1 };
}

/** Frames that differ. */
async function animation(format: "gif" | "webp", width: number, height: number, frames: number): Promise<Buffer> {
  const strip = await mosaic(width, height * frames)
    .raw()
    .toBuffer();
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  const moving = sharp(strip, { raw, animated: true, limitInputPixels: false });
  return (format === "webp" ? moving.webp({ effort: 0 }) : moving.gif({ effort: 1 })).toBuffer();
}
