import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";

/** Pictures to measure and to test with, made on the spot: the same bytes in every run. */

type Paint = (x: number, y: number) => readonly [number, number, number];

/** Pixels of a function of 0–1 across and down. */
export function paint(width: number, height: number, colourAt: Paint): Sharp {
  const data = Buffer.allocUnsafe(width * height * 3);
  let offset = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = colourAt(x / width, y / height);
      data[offset++] = red;
      data[offset++] = green;
      data[offset++] = blue;
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
}

/** A fixed pseudo-random sequence of 0–1 (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SHAPES = 60;
/** Of 256 shades, as a phone has it at dusk. */
const SENSOR_NOISE = 28;

/**
 * Like a photo to a codec: soft shades, hard edges of discs, fine texture in some places, and a sensor's noise. At
 * quality 90 it takes about 2.5 bits a pixel, as phones' photos do.
 */
export function photo(width: number, height: number, seed = 1, noise = SENSOR_NOISE): Sharp {
  const random = createRandom(seed);
  const discs = Array.from({ length: SHAPES }, () => ({
    x: random(),
    y: random(),
    radius: 0.02 + 0.12 * random(),
    // Cameras seldom reach the ends of the scale, where noise would be cut off.
    colour: [40 + 175 * random(), 40 + 175 * random(), 40 + 175 * random()] as const,
    texture: random() < 0.3 ? 30 : 0,
  }));
  const ratio = height / width;
  return paint(width, height, (x, y) => {
    const disc = discs.find((one) => (x - one.x) ** 2 + ((y - one.y) * ratio) ** 2 < one.radius ** 2);
    const [red, green, blue] = disc?.colour ?? [90 + 100 * y, 120 + 80 * x, 200 - 120 * y];
    const texture = (disc?.texture ?? 8) * Math.sin(400 * x) * Math.sin(300 * y);
    const grain = noise * (random() - 0.5);
    return [clamp(red + texture + grain), clamp(green + texture + grain), clamp(blue + texture + grain)];
  });
}

/** A mosaic of one photo: made in a moment, whatever its size. */
export function mosaic(width: number, height: number): Sharp {
  const repeat = {
    right: Math.max(0, width - TILE),
    bottom: Math.max(0, height - TILE),
    extendWith: "repeat",
  } as const;
  return photo(Math.min(width, TILE), Math.min(height, TILE)).extend(repeat);
}
const TILE = 1000;

function clamp(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

const CAMERA_QUALITY = 90;
const TWELVE_MEGAPIXELS = { long: 4032, short: 3024 } as const;

/**
 * "p12-like": a phone's landscape photo. A real one can be measured in its place, BENCH_PHOTO=/path/of/photo.jpg: how
 * dear a format is depends on the picture, by a quarter for AVIF.
 */
export async function phoneLandscape(): Promise<Buffer> {
  const { BENCH_PHOTO: path } = process.env;
  if (path) return readFile(path);
  return photo(TWELVE_MEGAPIXELS.long, TWELVE_MEGAPIXELS.short).jpeg({ quality: CAMERA_QUALITY }).toBuffer();
}

/** As an iPhone writes a portrait: stored lying on its side, EXIF orientation 6, Display P3. */
export function phonePortrait(): Promise<Buffer> {
  return photo(TWELVE_MEGAPIXELS.long, TWELVE_MEGAPIXELS.short, 2)
    .withMetadata({ orientation: 6 })
    .withIccProfile("p3")
    .jpeg({ quality: CAMERA_QUALITY })
    .toBuffer();
}
