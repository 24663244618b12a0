import { findCodedColours } from "../formats/coded-colours.ts";
import { readHeifPicture } from "../formats/heif-picture.ts";
import { isSrgbProfile } from "../formats/icc-profile.ts";
import { unsupportedFormat } from "../formats/image-formats.ts";
import type { ImageHeader } from "../formats/image-header.ts";
import { reportDamage } from "./picture-damage.ts";

/**
 * What a HEIC photo's header tells. It is turned upright and made to 8-bit RGB as it is decoded. Throws UNSUPPORTED_FORMAT
 * and CORRUPT_MEDIA.
 */
export function readHeicHeader(source: Buffer): ImageHeader {
  const heif = findHeifPicture(source);
  if ("foreign" in heif) throw unsupportedFormat(heif.foreign);
  const coded = heif.profile === undefined && heif.nclx !== undefined ? findCodedColours(heif.nclx) : undefined;
  return {
    format: "heic",
    bytes: source.length,
    width: heif.width,
    height: heif.height,
    frames: 1,
    isTurned: false,
    hasAlpha: heif.hasAlpha,
    colours: "rgb",
    samplesPerPixel: heif.hasAlpha ? 4 : 3,
    bytesPerSample: 1,
    isProgressive: false,
    needsCanvas: false,
    hasPalette: false,
    isLossless: false,
    foreignProfile: heif.profile !== undefined && !isSrgbProfile(heif.profile),
    ...(coded && { codedColours: coded }),
    heif,
  };
}

function findHeifPicture(source: Buffer) {
  try {
    return readHeifPicture(source);
  } catch (error) {
    return reportDamage(error);
  }
}
