import sharp from "sharp";
import { paint, photo as takePhoto } from "../../bench/images/pictures.ts";
import type { ErrorCode } from "../../contracts/media/errors.ts";

/** Pictures for tests, made on the spot. The hostile ones are bytes of our own, so that no scanner minds the repository. */

/** Like a photo that was scaled to the web: little noise is left. */
export function photo(width: number, height: number) {
  return takePhoto(width, height, 1, 4);
}

/** A file under a picture's name, and how its job must end. */
export interface PictureFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly expected: "completed" | ErrorCode;
}

const LIVELY = { red: [200, 40, 40], green: [40, 180, 60], blue: [40, 60, 200], yellow: [220, 200, 40] } as const;
/** Colours that ink on paper has too. */
export const MUTED = {
  red: [150, 90, 80],
  green: [100, 140, 100],
  blue: [90, 100, 140],
  yellow: [170, 160, 110],
} as const;

/** Four colours in four corners, red, green, blue, yellow in reading order: any turn or flip shows. */
export function corners(width = 480, height = 320, quarters: typeof LIVELY | typeof MUTED = LIVELY) {
  return paint(width, height, (x, y) => {
    if (y < 0.5) return x < 0.5 ? quarters.red : quarters.green;
    return x < 0.5 ? quarters.blue : quarters.yellow;
  });
}

/** Frames of plain colours that all differ, as an animation. */
export async function animation(
  format: "gif" | "webp",
  { frames = 5, width = 200, height = 100, delay = 80 } = {},
): Promise<Buffer> {
  const strip = Buffer.alloc(width * height * frames * 3);
  for (let frame = 0; frame < frames; frame++) {
    const size = width * height * 3;
    strip.fill(
      Buffer.from([(frame * 37) % 256, (frame * 91) % 256, (frame * 151) % 256]),
      frame * size,
      (frame + 1) * size,
    );
  }
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  const delays = Array.from({ length: frames }, () => delay);
  return sharp(strip, { raw, animated: true }).toFormat(format, { loop: 0, delay: delays }).toBuffer();
}

type Maker = () => Promise<Buffer>;

/** One of each kind that is accepted, small. */
export const VALID_PICTURES = {
  "photo.jpg": () => photo(480, 320).jpeg().toBuffer(),
  "progressive.jpg": () => photo(480, 320).jpeg({ progressive: true }).toBuffer(),
  "grey.jpg": () => photo(480, 320).toColourspace("b-w").jpeg().toBuffer(),
  "cmyk.jpg": () => photo(480, 320).toColourspace("cmyk").jpeg().toBuffer(),
  "photo.png": () => photo(480, 320).png().toBuffer(),
  "interlaced.png": () => photo(480, 320).png({ progressive: true }).toBuffer(),
  "palette.png": () => corners().png({ palette: true }).toBuffer(),
  "alpha.png": () => photo(480, 320).ensureAlpha(0.5).png().toBuffer(),
  "sixteen-bit.png": () => photo(480, 320).toColourspace("rgb16").png().toBuffer(),
  "photo.webp": () => photo(480, 320).webp().toBuffer(),
  "lossless.webp": () => photo(480, 320).webp({ lossless: true }).toBuffer(),
  "photo.avif": () => photo(480, 320).avif({ effort: 0 }).toBuffer(),
  "photo.gif": () => photo(480, 320).gif({ effort: 1 }).toBuffer(),
  "photo.tiff": () => photo(480, 320).tiff({ compression: "lzw" }).toBuffer(),
  "moving.gif": () => animation("gif"),
  "moving.webp": () => animation("webp"),
} as const satisfies Record<string, Maker>;
export type ValidPicture = keyof typeof VALID_PICTURES;

const text = (content: string) => async () => Buffer.from(content);
/** An ISO base media file's first box. */
const brands =
  (...names: string[]) =>
  async () => {
    const box = Buffer.concat([
      Buffer.alloc(4),
      Buffer.from(`ftyp${names[0]}`),
      Buffer.alloc(4),
      Buffer.from(names.slice(1).join("")),
    ]);
    box.writeUInt32BE(box.length);
    return Buffer.concat([box, Buffer.alloc(64)]);
  };

/** What is no picture that is accepted, whatever it is called: the words that its refusal must hold. */
export const DISGUISED_FILES: Readonly<Record<string, { readonly make: Maker; readonly named: string }>> = {
  html: { make: text("<!DOCTYPE html><script>alert(1)</script>"), named: "a web page" },
  "html after blanks": { make: text("\ufeff\n \t<html><svg/></html>"), named: "a web page" },
  svg: { make: text('<svg xmlns="http://www.w3.org/2000/svg"/>'), named: "an SVG drawing" },
  "svg behind a declaration": {
    make: text('<?xml version="1.0"?><!-- a comment --><!DOCTYPE svg><svg width="9"/>'),
    named: "an SVG drawing",
  },
  xml: { make: text('<?xml version="1.0"?><feed/>'), named: "an XML document" },
  eicar: { make: text(["X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD"].join("")), named: "EICAR" },
  pdf: { make: text("%PDF-1.7\n"), named: "a PDF document" },
  zip: { make: text("PK\u0003\u0004rest"), named: "an archive" },
  gzip: { make: async () => Buffer.from([0x1f, 0x8b, 8, 0]), named: "an archive" },
  "heic sequence": { make: brands("hevc", "msf1", "hevc"), named: "a HEIC sequence" },
  "heic sequence that says msf1": { make: brands("msf1", "mif1", "heic"), named: "a HEIC sequence" },
  "animated avif": { make: brands("avis", "avif", "avis"), named: "an animated AVIF" },
  mp4: { make: brands("isom", "isom", "avc1"), named: "a film" },
  webm: { make: async () => Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0]), named: "a film" },
  "canon raw": { make: brands("crx ", "crx ", "isom"), named: "raw photo" },
  "camera raw": { make: async () => dng(), named: "raw photo" },
  "animated png": { make: async () => animatedPng(), named: "an animated PNG" },
  bmp: { make: async () => Buffer.from("BM\u0046\0\0\0\0\0\0\0\u0036\0\0\0", "latin1"), named: "a BMP picture" },
  ico: { make: async () => Buffer.from([0, 0, 1, 0, 1, 0, 16, 16]), named: "an icon" },
  psd: { make: text("8BPS\0\u0001"), named: "a Photoshop document" },
  "jpeg xl": { make: async () => Buffer.from([0xff, 0x0a, 0, 0]), named: "a JPEG XL picture" },
  "jpeg 2000": { make: async () => Buffer.from("\0\0\0\u000cjP  \r\n", "latin1"), named: "a JPEG 2000 picture" },
  rtf: { make: text("{\\rtf1\\ansi"), named: "an office document" },
  postscript: { make: text("%!PS-Adobe-3.0"), named: "a PostScript" },
  "fujifilm raw": { make: text("FUJIFILMCCD-RAW 0201"), named: "raw photo" },
  "panasonic raw": { make: text("IIU\0\u0018\0\0\0"), named: "raw photo" },
  "olympus raw": { make: text("IIRO\u0008\0\0\0"), named: "raw photo" },
  gimp: { make: text("gimp xcf v011"), named: "a document of one program" },
  exr: { make: text("v/1\u0001\u0002"), named: "an EXR" },
  radiance: { make: text("#?RADIANCE\n"), named: "an EXR or Radiance" },
  netpbm: { make: text("P6\n3 2\n255\n"), named: "a picture in a rare format" },
  targa: { make: text(`${"\0".repeat(40)}TRUEVISION-XFILE.\0`), named: "a picture in a rare format" },
  dicom: { make: text(`${"\0".repeat(128)}DICM`), named: "a medical picture" },
  djvu: { make: text("AT&TFORM\0\0\0\u0010DJVU"), named: "a DjVu" },
  noise: { make: async () => Buffer.from("nothing in particular"), named: "no picture" },
};

/** Files that declare far more pixels than they hold: what a decoder would make room for. */
export const BOMBS: Readonly<Record<string, Maker>> = {
  "60 000 × 60 000 PNG": async () => png(60_000, 60_000),
  "16 384 px wide PNG": async () => png(16_384, 10),
  "65 500 × 65 500 JPEG": async () => resizedJpeg(65_500, 65_500),
  "15 000 × 15 000 JPEG": async () => resizedJpeg(15_000, 15_000),
  "38-byte 16 383 × 16 383 WebP": async () => webp(16_383, 16_383),
  "65 535 × 65 535 GIF": async () => gif({ width: 65_535, height: 65_535, frames: 1, frameSide: 65_535 }),
  "1200-frame GIF": async () => gif({ width: 16, height: 16, frames: 1200 }),
  "900 frames of 300 × 300 GIF": async () => gif({ width: 300, height: 300, frames: 900 }),
  "65 MP AVIF": async () => resizedAvif(8125, 8000),
  "201 MP TIFF": async () => (await plain(15_000, 13_400)).tiff({ compression: "deflate" }).toBuffer(),
};

async function plain(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: "#808080" } });
}

export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function png(width: number, height: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk("IHDR", header),
    ...chunks,
    chunk("IDAT", Buffer.alloc(16)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function animatedPng(): Buffer {
  return png(8, 8, chunk("gAMA", Buffer.alloc(4)), chunk("acTL", Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])));
}

const PNG_HEADER_END = 33;

/** What stands before a PNG's pixels, put behind its header. */
export function withPngChunks(png: Buffer, ...chunks: Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, PNG_HEADER_END), ...chunks, png.subarray(PNG_HEADER_END)]);
}

/** A still that calls itself an animation of one frame. */
export const SINGLE_FRAMES = {
  "one.png": async () => {
    const still = await corners(200, 100).png().toBuffer();
    const frame = Buffer.alloc(26);
    frame.writeUInt32BE(200, 4);
    frame.writeUInt32BE(100, 8);
    frame.set([0, 1, 0, 10], 20);
    return withPngChunks(still, chunk("acTL", Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])), chunk("fcTL", frame));
  },
  "one.webp": async () => animatedWebp(await corners(200, 100).webp().toBuffer(), 200, 100),
  "one.gif": async () => {
    const still = await corners(200, 100).gif().toBuffer();
    const loops = Buffer.from("!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", "latin1");
    const header = 13 + 3 * 2 ** (((still[10] ?? 0) & 7) + 1);
    return Buffer.concat([still.subarray(0, header), loops, still.subarray(header)]);
  },
} as const satisfies Record<string, Maker>;

/** A WebP still as an animation's only frame (WebP container specification: VP8X, ANIM, ANMF). */
function animatedWebp(still: Buffer, width: number, height: number): Buffer {
  const riff = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(type);
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  };
  const extended = Buffer.alloc(10);
  extended[0] = 2;
  extended.writeUIntLE(width - 1, 4, 3);
  extended.writeUIntLE(height - 1, 7, 3);
  const frame = Buffer.alloc(16);
  frame.writeUIntLE(width - 1, 6, 3);
  frame.writeUIntLE(height - 1, 9, 3);
  frame.writeUIntLE(100, 12, 3);
  const parts = [
    riff("VP8X", extended),
    riff("ANIM", Buffer.alloc(6)),
    riff("ANMF", Buffer.concat([frame, still.subarray(12)])),
  ];
  return riff("RIFF", Buffer.concat([Buffer.from("WEBP"), ...parts]));
}

/** A real JPEG whose frame header is rewritten. */
async function resizedJpeg(width: number, height: number): Promise<Buffer> {
  const jpeg = await photo(64, 64).jpeg().toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(height, frame + 5);
  jpeg.writeUInt16BE(width, frame + 7);
  return jpeg;
}

/** A real AVIF whose `ispe` is rewritten. */
async function resizedAvif(width: number, height: number): Promise<Buffer> {
  const avif = await photo(64, 64).avif({ effort: 0 }).toBuffer();
  const size = avif.indexOf("ispe") + 8;
  avif.writeUInt32BE(width, size);
  avif.writeUInt32BE(height, size + 4);
  return avif;
}

/** A lossless WebP of nothing but a header, 14 bits a side. */
function webp(width: number, height: number): Buffer {
  const file = Buffer.alloc(38);
  file.write("RIFF", 0);
  file.writeUInt32LE(30, 4);
  file.write("WEBPVP8L", 8);
  file.writeUInt32LE(18, 16);
  file.writeUInt8(0x2f, 20);
  file.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
  return file;
}

interface GifShape {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly frameSide?: number;
}

/** Frames whose data hold one pixel, on a canvas of any size. */
function gif({ width, height, frames, frameSide = 1 }: GifShape): Buffer {
  const screen = Buffer.alloc(13);
  screen.write("GIF89a");
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  screen.writeUInt8(0x80, 10);
  const palette = Buffer.from([0, 0, 0, 255, 255, 255]);
  const frame = Buffer.from([0x21, 0xf9, 4, 0, 4, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
  frame.writeUInt16LE(frameSide, 13);
  frame.writeUInt16LE(frameSide, 15);
  return Buffer.concat([screen, palette, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}

/** A TIFF whose first picture says that it is a preview, as DNG and NEF write it. */
function dng(): Buffer {
  const file = Buffer.alloc(8 + 2 + 12 + 4);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(1, 8);
  file.writeUInt16LE(254, 10);
  file.writeUInt16LE(4, 12);
  file.writeUInt32LE(1, 14);
  file.writeUInt32LE(1, 18);
  return file;
}

/** Every file above, with how its job must end. */
export async function makePictureFiles(): Promise<PictureFile[]> {
  const make = async (name: string, maker: Maker, expected: PictureFile["expected"]) => ({
    name,
    bytes: await maker(),
    expected,
  });
  return Promise.all([
    ...Object.entries(VALID_PICTURES).map(([name, maker]) => make(name, maker, "completed")),
    ...Object.entries(VALID_PICTURES).map(([name, maker]) =>
      make(`half of ${name}`, async () => cut(await maker(), 0.5), "CORRUPT_MEDIA"),
    ),
    ...Object.entries(DISGUISED_FILES).map(([name, file]) =>
      make(`${name} as image/jpeg`, file.make, "UNSUPPORTED_FORMAT"),
    ),
    ...Object.entries(BOMBS).map(([name, maker]) => make(name, maker, "TOO_MANY_PIXELS")),
    make("nothing", async () => Buffer.alloc(0), "FILE_EMPTY"),
  ]);
}

/** The last bytes of a format that mark its end, and hold nothing of the picture. */
export const END_MARK_BYTES: Readonly<Record<string, number>> = { jpg: 2, png: 12, gif: 1 };

/** The file's first part. */
export function cut(file: Buffer, part: number): Buffer {
  return file.subarray(0, Math.max(1, Math.floor(file.length * part)));
}
