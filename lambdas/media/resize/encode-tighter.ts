import type { ImageFormat } from "../formats/image-formats.ts";
import type { ImagePlan } from "../formats/image-plan.ts";
import { IMAGE_PRESETS } from "../formats/image-presets.ts";
import { encode, type Pixels } from "./pixels.ts";

/** Of all frames: beyond, encoding again would take longer than the bytes are worth. */
const MAX_PIXELS = 2_000_000;
const MAX_COLOURS = 256;

/**
 * Encodes a size, and again with tighter settings where it came out larger than the upload itself: uploads are often
 * packed better than it is worth for each of several sizes, so that is tried only where it shows. The smallest that was
 * found; there are pictures whose every new file is larger, since scaling makes new shades.
 */
export async function encodeWithin(pixels: Pixels, format: ImageFormat, source: ImagePlan["source"]): Promise<Buffer> {
  let smallest = await encode(pixels, format);
  if (pixels.raw.width * pixels.raw.height > MAX_PIXELS) return smallest;
  if (smallest.length <= source.bytes) return smallest;
  for (const options of listTighter(pixels, format, source)) {
    const body = await encode(pixels, format, options);
    if (body.length < smallest.length) smallest = body;
    if (smallest.length <= source.bytes) break;
  }
  return smallest;
}

function listTighter(
  pixels: Pixels,
  format: ImageFormat,
  source: ImagePlan["source"],
): readonly Readonly<Record<string, unknown>>[] {
  const tighter = IMAGE_PRESETS[format].tighter.map((options) => ({ ...options }));
  if (format === "webp" && source.isLossless) return [{ lossless: true }, ...tighter];
  if (format !== "png") return tighter;
  const colours = countColours(pixels);
  // So few are kept exactly, from effort 4 on (below, a shade may be off by one); a source that had a palette itself is given one again when scaling has made more.
  if (colours > MAX_COLOURS && !source.hasPalette) return tighter;
  const palette = { palette: true, dither: 0, effort: 4, colours: Math.min(Math.max(colours, 2), MAX_COLOURS) };
  return [palette, { ...palette, compressionLevel: 9 }];
}

/** Different pixels; no further than one more than a palette can hold. */
function countColours({ data, raw: { channels } }: Pixels): number {
  const seen = new Set<number>();
  for (let at = 0; at < data.length && seen.size <= MAX_COLOURS; at += channels) {
    let colour = 0;
    for (let channel = 0; channel < channels; channel++) colour = colour * 256 + (data[at + channel] ?? 0);
    seen.add(colour);
  }
  return seen.size;
}
