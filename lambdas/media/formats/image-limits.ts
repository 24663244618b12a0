import { MediaError } from "../errors.ts";
import { MAX_ANIMATION_PIXELS, MAX_FRAMES, MAX_PIXELS, MAX_SIDE_PIXELS } from "./image-bounds.ts";
import { IMAGE_FORMATS, SOURCE_FORMATS } from "./image-formats.ts";
import { countPixels, type ImageHeader } from "./image-header.ts";
import { predictMemoryMb } from "./image-memory.ts";
import { type ImagePlan, keepsFrames } from "./image-plan.ts";
import { IMAGE_PRESETS } from "./image-presets.ts";

/** A HEIC's tiles overhang, and its transparency is a picture of its own; what goes beyond asks for one tile over and over. */
const MAX_CODED_SHARE = 2.5;

const MEGAPIXEL = 1_000_000;

/** Throws TOO_MANY_PIXELS: too large on its face. Before a plan is made, since a plan needs believable figures. */
export function requireWithinPixelLimits(header: ImageHeader): void {
  const { label } = SOURCE_FORMATS[header.format];
  if (Math.max(header.width, header.height) > MAX_SIDE_PIXELS) {
    throw tooManyPixels(header, `At most ${MAX_SIDE_PIXELS} pixels a side are accepted.`);
  }
  if (header.frames > MAX_FRAMES) throw tooManyPixels(header, `At most ${MAX_FRAMES} frames are accepted.`);
  const maxPixels = header.frames > 1 ? MAX_ANIMATION_PIXELS : MAX_PIXELS[header.format];
  const { heif } = header;
  if (heif !== undefined && heif.codedPixels > MAX_CODED_SHARE * maxPixels) {
    throw tooManyPixels(header, "It is made of parts that hold far more.");
  }
  if (countPixels(header) > maxPixels) {
    throw tooManyPixels(
      header,
      `At most ${maxPixels / MEGAPIXEL} megapixels are accepted as ${header.frames > 1 ? "an animation" : label}.`,
    );
  }
}

/** Throws TOO_MANY_PIXELS: what is asked for would not fit into this function. Lambda kills what does not, without a word. */
export function requireWithinMemory(header: ImageHeader, plan: ImagePlan, memoryMb: number): void {
  const { conversion } = plan;
  if (conversion !== undefined) requireConvertible(header, conversion.format);
  if (predictMemoryMb(header, plan) <= memoryMb) return;
  const { label } = SOURCE_FORMATS[header.format];
  if (conversion !== undefined && predictMemoryMb(header, { ...plan, conversion: undefined }) <= memoryMb) {
    throw tooManyPixels(
      header,
      `There is not enough memory here to convert it to ${IMAGE_FORMATS[conversion.format].label}.`,
    );
  }
  const kind = header.isProgressive
    ? `a ${header.format === "png" ? "interlaced" : "progressive"} ${label}`
    : `a ${label}`;
  throw tooManyPixels(header, `There is not enough memory here for ${kind} of that size.`);
}

function requireConvertible(header: ImageHeader, format: keyof typeof IMAGE_PRESETS): void {
  const { maxPixels } = IMAGE_PRESETS[format];
  const frames = keepsFrames(header, format) ? header.frames : 1;
  if (countPixels({ ...header, frames }) <= maxPixels) return;
  const { label } = IMAGE_FORMATS[format];
  throw tooManyPixels(header, `At most ${maxPixels / MEGAPIXEL} megapixels can be converted to ${label}.`);
}

function tooManyPixels(header: ImageHeader, limit: string): MediaError {
  const frames = header.frames > 1 ? ` and ${header.frames} frames` : "";
  const size = `The picture has ${header.width} × ${header.height} pixels${frames}`;
  const total = `${(countPixels(header) / MEGAPIXEL).toFixed(1)} megapixels in all`;
  return new MediaError("TOO_MANY_PIXELS", `${size}, ${total}. ${limit} Make it smaller and upload it again.`);
}
