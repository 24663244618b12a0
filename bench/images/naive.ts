import sharp from "sharp";
import type { ImageFormat } from "../../lambdas/media/formats/image-formats.ts";
import { WIDTHS } from "./ours.ts";

/** sharp as its own front page shows it: one pipeline for each file, its own settings. */
export async function naive(
  source: Buffer,
  formats: readonly ImageFormat[],
  keep: (width: number, format: ImageFormat, body: Buffer) => void = () => {},
): Promise<void> {
  await withSharpsOwnSettings(async () => {
    for (const width of WIDTHS) {
      for (const format of formats) {
        keep(width, format, await sharp(source).autoOrient().resize(width).toFormat(format).toBuffer());
      }
    }
  });
}

/** The least that any way must pay for: one decode and the largest JPEG. */
export async function floor(source: Buffer): Promise<void> {
  await sharp(source).autoOrient().resize(WIDTHS[0]).jpeg({ quality: 80 }).toBuffer();
}

/** The function's settings are the process's; they are put back for whoever runs next. */
async function withSharpsOwnSettings(run: () => Promise<void>): Promise<void> {
  const threads = sharp.concurrency();
  sharp.concurrency(0);
  sharp.cache(true);
  try {
    await run();
  } finally {
    sharp.concurrency(threads);
    sharp.cache(false);
  }
}
