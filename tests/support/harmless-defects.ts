import { animation, chunk, photo } from "./images.ts";
import { SHORT, tiff } from "./tiff.ts";

/** Pictures with a defect that browsers overlook because it costs no pixel; each beside the same picture without it. */
export interface Defective {
  readonly whole: Buffer;
  readonly defective: Buffer;
}

const STRAY = Buffer.from([1, 2, 3, 0, 5]);
const WIDTH = 250;
const HEIGHT = 170;

export const HARMLESS_DEFECTS: Readonly<Record<string, () => Promise<Defective>>> = {
  "a JPEG's scan parameters of zeros, as Samsung's phones write them": () =>
    spoil(jpeg(), (whole) => {
      const scan = segmentStart(whole, 0xda);
      const end = scan + 2 + whole.readUInt16BE(scan + 2);
      return whole.fill(0, end - 3, end);
    }),
  "bytes between a JPEG's markers": () => spoil(jpeg(), (whole) => insert(whole, segmentStart(whole, 0xc0), STRAY)),
  "bytes before a progressive JPEG's first scan": () =>
    spoil(jpeg({ progressive: true }), (whole) => insert(whole, segmentStart(whole, 0xda), STRAY)),
  "a JPEG's unknown version of JFIF": () =>
    spoil(jpeg(), (whole) =>
      insert(whole, 2, segment(0xe0, Buffer.from("JFIF\0\u0002\u0001\0\0\u0001\0\u0001\0\0", "latin1"))),
    ),
  "a JPEG's unknown colour transform of Adobe's": () =>
    spoil(jpeg(), (whole) => insert(whole, 2, segment(0xee, Buffer.from("Adobe\0\u0064\0\0\0\0\u0009", "latin1")))),
  "a baseline JPEG without its end mark": () => spoil(jpeg(), (whole) => whole.subarray(0, -2)),
  "a JPEG with half an end mark": () => spoil(jpeg({ chromaSubsampling: "4:4:4" }), (whole) => whole.subarray(0, -1)),
  "a grey JPEG without its end mark": () =>
    spoil(photo(WIDTH, HEIGHT).toColourspace("b-w").jpeg().toBuffer(), (whole) => whole.subarray(0, -2)),
  "a progressive JPEG without its end mark": () => spoil(jpeg({ progressive: true }), (whole) => whole.subarray(0, -2)),
  "a CMYK JPEG without its end mark": () =>
    spoil(photo(WIDTH, HEIGHT).toColourspace("cmyk").jpeg().toBuffer(), (whole) => whole.subarray(0, -2)),
  "a PNG without its end mark": () => spoil(png(), (whole) => whole.subarray(0, -12)),
  "a PNG with half an end mark": () => spoil(png(), (whole) => whole.subarray(0, -5)),
  "an interlaced PNG without its end mark": () => spoil(png(true), (whole) => whole.subarray(0, -12)),
  "a PNG's text with a wrong checksum": () =>
    spoil(png(), (whole) => {
      const text = chunk("tEXt", Buffer.from("Title\0x"));
      text.writeUInt32BE(1, text.length - 4);
      return insert(whole, 33, text);
    }),
  "a GIF without its trailer": () => spoil(animation("gif"), (whole) => whole.subarray(0, -1)),
  "a GIF with zeros before its trailer": () =>
    spoil(animation("gif"), (whole) => insert(whole, whole.length - 1, Buffer.alloc(3))),
  "a TIFF's description with zeros inside": () => tags({ tag: 270, type: 2, values: Buffer.from("AAAA\0\0AAAA\0\0") }),
  "a TIFF's tag that nobody knows": () => tags({ tag: 65_000, type: SHORT, values: [1, 2, 3] }),
  "a TIFF's resolution of a wrong type": () => tags({ tag: 282, type: SHORT, values: [72] }),
  "a TIFF's tags out of order": async () => {
    const shape = await plainTiff();
    return { whole: tiff(shape), defective: tiff({ ...shape, isSorted: false }) };
  },
};

function jpeg(options: { readonly progressive?: boolean; readonly chromaSubsampling?: string } = {}): Promise<Buffer> {
  return photo(WIDTH, HEIGHT).jpeg(options).toBuffer();
}

function png(progressive = false): Promise<Buffer> {
  // Packed loosely: its renditions stay smaller than it, whatever end it lacks, and are not encoded twice.
  return photo(WIDTH, HEIGHT).png({ progressive, compressionLevel: 1 }).toBuffer();
}

/** `change` makes the spoiled file of a copy. */
async function spoil(picture: Promise<Buffer>, change: (copy: Buffer) => Buffer): Promise<Defective> {
  const whole = await picture;
  return { whole, defective: change(Buffer.from(whole)) };
}

function insert(bytes: Buffer, offset: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, offset), more, bytes.subarray(offset)]);
}

/** The first segment of this kind. */
export function segmentStart(bytes: Buffer, marker: number): number {
  let offset = 2;
  while (bytes[offset + 1] !== marker) offset += 2 + bytes.readUInt16BE(offset + 2);
  return offset;
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

async function plainTiff() {
  const data = await photo(WIDTH, HEIGHT).raw().toBuffer();
  return { width: WIDTH, height: HEIGHT, samples: 3, bits: 8, photometric: 2, data };
}

async function tags(tag: { readonly tag: number; readonly type: number; readonly values: number[] | Buffer }) {
  const shape = await plainTiff();
  return { whole: tiff(shape), defective: tiff({ ...shape, tags: [tag] }) };
}
