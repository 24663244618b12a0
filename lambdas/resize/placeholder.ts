import { rgbaToThumbHash } from "thumbhash";
import { firstFrame, type Pixels } from "./pixels.ts";
import { sharp } from "./tuned-sharp.ts";

/** thumbhash takes no longer side. */
const MAX_SIDE_PIXELS = 100;

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
