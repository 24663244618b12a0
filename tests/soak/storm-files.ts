import { randomInt } from "node:crypto";
import sharp from "sharp";

/** A file to upload, and how its job must end. */
export interface StormFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly expected: "COMPLETED" | "FAILED";
}

type Maker = () => Promise<StormFile>;

/** A picture of its own colours, so that no two uploads are the same file. */
async function picture(format: "jpeg" | "png" | "webp", width = 480, height = 320): Promise<Buffer> {
  const background = { r: randomInt(256), g: randomInt(256), b: randomInt(256) };
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  return sharp({ create: { width, height, channels: 3, background, noise } })
    .toFormat(format)
    .toBuffer();
}

const image = (format: string, body: Buffer, expected: StormFile["expected"]): StormFile => ({
  fileName: `storm.${format}`,
  contentType: `image/${format}`,
  body,
  expected,
});

const VALID: readonly Maker[] = (["jpeg", "png", "webp"] as const).map(
  (format) => async () => image(format, await picture(format), "COMPLETED"),
);

const CORRUPT: readonly Maker[] = (["jpeg", "png"] as const).map((format) => async () => {
  const whole = await picture(format);
  return image(format, whole.subarray(0, Math.floor(whole.length * 0.6)), "FAILED");
});

/** A PNG header that declares 60 000 × 60 000 pixels. */
function bomb(): Buffer {
  const header = Buffer.from("89504e470d0a1a0a0000000d494844520000ea600000ea600802000000", "hex");
  return Buffer.concat([header, Buffer.alloc(64)]);
}

const HOSTILE: readonly Maker[] = [
  async () => image("jpeg", Buffer.from("<html><script>alert(1)</script></html>"), "FAILED"),
  async () => image("png", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'), "FAILED"),
  async () => image("png", bomb(), "FAILED"),
  async () => ({
    fileName: "list.mp4",
    contentType: "video/mp4",
    body: Buffer.from("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret\n#EXT-X-ENDLIST\n"),
    expected: "FAILED",
  }),
];

/** 85 % valid, 10 % corrupt, 5 % hostile (threats.md, "Under load"), the same mix in every run of 20. */
export function makeStormFile(index: number): Promise<StormFile> {
  const place = index % 20;
  const makers = place < 17 ? VALID : place < 19 ? CORRUPT : HOSTILE;
  const maker = makers[Math.floor(index / 20 + place) % makers.length];
  if (!maker) throw new Error("no maker");
  return maker();
}
