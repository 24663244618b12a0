import sharp from "sharp";
import type { GoalMeasured } from "../measure.ts";
import { naive } from "./naive.ts";
import { resizeTo, WIDTHS } from "./ours.ts";
import { phoneLandscape, phonePortrait } from "./pictures.ts";
import { measureSsim } from "./ssim.ts";

/** A hair below naive is rounding. */
const TOLERANCE = 0.0005;

/** Goal 5: no width looks worse than naive sharp's, and all have the same dimensions. Compared at equal quality settings. */
export async function measureQuality(): Promise<GoalMeasured[]> {
  const portrait = await compareWidths("portrait", await phonePortrait());
  return [...(await compareWidths("landscape", await phoneLandscape())), ...portrait];
}

async function compareWidths(name: string, source: Buffer): Promise<GoalMeasured[]> {
  const ours = new Map<string, Buffer>();
  await resizeTo(source, "jpeg", (key, body) => ours.set(key, body));
  const peers = new Map<number, Buffer>();
  await naive(source, ["jpeg"], (width, _format, body) => peers.set(width, body));

  const lines: GoalMeasured[] = [];
  for (const width of WIDTHS) {
    const own = [...ours].find(([key]) => key.endsWith(`/w${width}.jpg`))?.[1];
    const peer = peers.get(width);
    if (own === undefined || peer === undefined) throw new Error(`No rendition of ${width} pixels was made.`);
    lines.push(await compareOne(`${name}, ${width} px wide`, source, own, peer));
  }
  return lines;
}

async function compareOne(what: string, source: Buffer, own: Buffer, peer: Buffer): Promise<GoalMeasured> {
  const [ownSize, peerSize] = await Promise.all([sharp(own).metadata(), sharp(peer).metadata()]);
  const sameSize = ownSize.width === peerSize.width && ownSize.height === peerSize.height;
  const reference = await scaleWhole(source, peerSize.width, peerSize.height);
  const [ours, theirs] = [await measureSsim(reference, own), await measureSsim(reference, peer)];
  return {
    goal: 5,
    what: `SSIM, ${what}`,
    unit: "",
    ours,
    peer: theirs,
    ratio: ours / theirs,
    expected: `≥ naive − ${TOLERANCE}, same dimensions`,
    met: sameSize && ours >= theirs - TOLERANCE,
  };
}

/** What both are held against: every pixel decoded, in sRGB, before any scaling; written without loss. */
async function scaleWhole(source: Buffer, width: number, height: number): Promise<Buffer> {
  const whole = await sharp(source).autoOrient().png({ compressionLevel: 0 }).toBuffer();
  return sharp(whole).resize(width, height, { fit: "fill" }).png({ compressionLevel: 1 }).toBuffer();
}
