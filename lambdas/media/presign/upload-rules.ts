import type { KindOfFormat } from "../../../contracts/media/accepted-formats.ts";
import { type DeclaredFile, identifyFile } from "../../../contracts/media/file-types.ts";
import { CONVERSIONS, type Conversion, isConversionOf, type MediaKind } from "../../../contracts/media/media.ts";
import { describeRefusal } from "../../../contracts/media/refused-formats.ts";
import { describeBytes } from "../../support/describe-bytes.ts";
import { MediaError } from "../errors.ts";

export const HEIC_TYPE = "image/heic";
/** Where `images.heic` is off. */
const HEIC_REFUSED = { what: "a HEIC photo", advice: "Export it as JPEG or PNG and add it again." };

/** As sentences name them. */
const KIND_WORDS = { image: "picture", video: "film", audio: "recording" } as const satisfies Record<MediaKind, string>;

/**
 * The format that the upload will be signed as, because S3 compares types byte by byte (threats.md U2). Throws
 * UNSUPPORTED_CONTENT_TYPE, by name where the format is known.
 */
export function requireFormat(file: DeclaredFile, { heic }: { readonly heic: boolean }): KindOfFormat {
  const type = identifyFile(file);
  const isSwitchedOff = type.outcome === "accepted" && !heic && type.format.contentType === HEIC_TYPE;
  if (type.outcome === "accepted" && !isSwitchedOff) return type;
  const refusal = isSwitchedOff ? HEIC_REFUSED : type.outcome === "refused" ? type.refusal : undefined;
  const message = refusal && describeRefusal(refusal);
  const details = [{ path: "contentType", message: "not accepted; GET /limits lists what is" }];
  throw new MediaError("UNSUPPORTED_CONTENT_TYPE", message, { details });
}

export function requireSize(size: number, kind: MediaKind, maxBytes: number): void {
  const details = [{ path: "size", message: `expected 1 to ${maxBytes}` }];
  if (size < 0)
    throw new MediaError("INVALID_REQUEST", "The size is negative. Give the file's length in whole bytes.", {
      details,
    });
  if (size === 0) throw new MediaError("FILE_EMPTY", undefined, { details });
  if (size <= maxBytes) return;
  const [found, allowed] = [describeBytes(size, "up"), describeBytes(maxBytes, "down")];
  const message = `This ${KIND_WORDS[kind]} has ${found}; at most ${allowed} are accepted. Make it smaller and add it again.`;
  throw new MediaError("FILE_TOO_LARGE", message, { details });
}

export function requireConversion(convertTo: string | undefined, kind: MediaKind): Conversion | undefined {
  if (convertTo === undefined || isConversionOf(kind, convertTo)) return convertTo;
  const accepted: readonly Conversion[] = CONVERSIONS[kind];
  const known = Object.values(CONVERSIONS)
    .flat()
    .find((conversion) => conversion === convertTo);
  // Repeated only where it is one of our own words: the text is shown to people.
  const wanted = known === undefined ? "that format" : nameConversion(known);
  const names = accepted.map(nameConversion);
  const choice = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  throw new MediaError(
    "UNSUPPORTED_CONVERSION",
    `A ${KIND_WORDS[kind]} can't be converted to ${wanted}. Choose ${choice}, or no conversion.`,
    { details: [{ path: "convertTo", message: `expected one of ${accepted.join(", ")}` }] },
  );
}

function nameConversion(conversion: Conversion): string {
  return conversion.toUpperCase().replace(/^WEB/, "Web");
}
