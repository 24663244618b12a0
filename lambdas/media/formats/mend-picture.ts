import { mendGif } from "./gif-blocks.ts";
import type { SourceFormat } from "./image-formats.ts";
import { mendJpeg } from "./mend-jpeg.ts";
import { isCompletePng } from "./png-chunks.ts";
import { mendTiff } from "./tiff-directory.ts";

/**
 * The file without the defects that cost no pixel; undefined where it is cut off and its decoder would not say so.
 *
 * Decoding stays as strict as it is (`failOn: "warning"`, threats.md I2), because warnings cannot be told apart when
 * they come: libjpeg's reach sharp as the error that ends the decoding, with whatever else was to follow unread, and the
 * others' through one queue for the whole process, where those of two pictures mix (sharp 0.35.5, common.cc). So what is
 * known to be harmless is put right in the bytes beforehand, and all that a decoder still warns of is damage.
 */
export function mendPicture(bytes: Buffer, format: SourceFormat): Buffer | undefined {
  const mend = MENDERS[format];
  return mend === undefined ? bytes : mend(bytes);
}

/**
 * WebP's and AVIF's decoders warn of nothing; they refuse what is cut, and know no defect that they overlook. HEIC's header is
 * read by a reader of ours.
 */
const MENDERS: Readonly<Partial<Record<SourceFormat, (bytes: Buffer) => Buffer | undefined>>> = {
  jpeg: mendJpeg,
  png: (bytes) => (isCompletePng(bytes) ? bytes : undefined),
  gif: mendGif,
  tiff: mendTiff,
};
