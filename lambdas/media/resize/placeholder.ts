import { rgbaToThumbHash } from "thumbhash";
import { firstFrame, type Pixels } from "./pixels.ts";
import { sharp } from "./tuned-sharp.ts";

/**
 * thumbhash takes up to 100, but keeps at most 7 × 7 frequencies: from 48 px the hash is the same to within a step, for
 * a quarter of the time, which on a cold start is 20 ms.
 */
const MAX_SIDE_PIXELS = 48;

/** A thumbhash, base64: about 25 bytes that a page can paint before the first rendition arrives. */
export async function createPlaceholder(pixels: Pixels): Promise<string> {
  const { data, raw } = firstFrame(pixels);
  const small = await sharp(data, { raw })
    .resize(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS, { fit: "inside", withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(small.info.width, small.info.height, small.data)).toString("base64");
}
