import { MediaError } from "../errors.ts";
import { parseImageFormat, type SourceFormat } from "../formats/image-formats.ts";
import { mendPicture } from "../formats/mend-picture.ts";
import { reportDamage } from "./picture-damage.ts";

/** An upload that is known to be a picture. */
export interface Picture {
  readonly format: SourceFormat;
  /** What is decoded: the upload, without defects that cost no pixel. */
  readonly source: Buffer;
  /** Of the upload itself. */
  readonly bytes: number;
}

/** Throws FILE_EMPTY, UNSUPPORTED_FORMAT and CORRUPT_MEDIA, before any decoder has seen the upload. */
export function readPicture(upload: Buffer, { heic }: { readonly heic: boolean } = { heic: true }): Picture {
  const format = parseImageFormat(upload);
  if (format === "heic" && !heic) {
    throw new MediaError(
      "UNSUPPORTED_FORMAT",
      "The file is a HEIC photo, which is not accepted here. Export it as JPEG or PNG and upload that.",
    );
  }
  const source = mendPicture(upload, format) ?? reportDamage(new Error(`The ${format} ends before its end mark.`));
  return { format, source, bytes: upload.length };
}
