import { findTiffDirectory, readTiffNumbers, TIFF_TAG } from "./tiff-directory.ts";

const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, yCbCr: 6, lab: 8 } as const;
/** What other photometric interpretations are called. libvips takes some for RGB, some for damaged. */
const FOREIGN_PHOTOMETRICS: Readonly<Record<number, string>> = {
  4: "a TIFF that is a transparency mask",
  [PHOTOMETRIC.lab]: "a TIFF in CIE Lab colours",
  9: "a TIFF in ICC Lab colours",
  10: "a TIFF in ITU Lab colours",
  32803: "a TIFF of a camera's raw colour filters",
  32844: "a TIFF in LogL brightness",
  32845: "a TIFF in LogLuv colours",
  34892: "a TIFF of a camera's raw colours",
};

/** What sharp's libtiff decodes: none, CCITT 1D, T.4 and T.6, LZW, JPEG, Deflate (two numbers), PackBits and WebP. */
const COMPRESSIONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 7, 8, 32946, 32773, 50001]);
const FOREIGN_COMPRESSIONS: Readonly<Record<number, string>> = {
  6: "old-style JPEG",
  32766: "NeXT",
  32809: "ThunderScan",
  32909: "PixarLog",
  34661: "JBIG",
  34676: "SGILog",
  34677: "SGILog 24",
  34712: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  50000: "Zstandard",
  52546: "JPEG XL",
};

/** sharp's own limit of colours, alpha and extra channels together. */
export const MAX_CHANNELS = 5;
const OTHER_INKS = 2;

const FORMAT = { unsigned: 1, signed: 2, float: 3, undefined: 4 } as const;
/** Bits of a sample that come out right, by photometric interpretation; of floating point, RGB's 32 alone, as linear light. */
const BITS: Readonly<Record<number, readonly number[]>> = {
  [PHOTOMETRIC.whiteIsZero]: [1, 2, 4, 8, 16],
  [PHOTOMETRIC.blackIsZero]: [1, 2, 4, 8, 16],
  [PHOTOMETRIC.rgb]: [8, 16],
  [PHOTOMETRIC.palette]: [1, 2, 4, 8],
  [PHOTOMETRIC.cmyk]: [8, 16],
  [PHOTOMETRIC.yCbCr]: [8],
  // Of 8 bits, libvips makes a format of its own that it then calls bad.
  [PHOTOMETRIC.lab]: [16],
};

/**
 * The kind of a TIFF that would not come out right, as completes "This is …"; undefined for one that will. TIFF is
 * a box for nearly anything: what libvips does not know it calls damaged, and some it shows in wrong shades, without a word
 * (grey floating point is black, signed and 32-bit numbers are half as bright or random).
 */
export function findUnreadableTiff(bytes: Uint8Array): string | undefined {
  const directory = findTiffDirectory(bytes);
  if (directory === undefined) return undefined;
  const numbers = (tag: number) => readTiffNumbers(bytes, directory, tag);
  const [compression = 1] = numbers(TIFF_TAG.compression);
  const [photometric] = numbers(TIFF_TAG.photometric);
  const bits = numbers(TIFF_TAG.bitsPerSample);
  const formats = numbers(TIFF_TAG.sampleFormat);

  if (photometric !== undefined && BITS[photometric] === undefined) {
    return FOREIGN_PHOTOMETRICS[photometric] ?? `a TIFF of an unknown kind of colours (${photometric})`;
  }
  if (!COMPRESSIONS.has(compression)) {
    return `a TIFF that is compressed by ${FOREIGN_COMPRESSIONS[compression] ?? `an unknown method (${compression})`}`;
  }
  const [channels = 1] = numbers(TIFF_TAG.samplesPerPixel);
  if (channels > MAX_CHANNELS) return `a TIFF of ${channels} channels`;
  if (numbers(TIFF_TAG.inkSet)[0] === OTHER_INKS) return "a TIFF in other inks than cyan, magenta, yellow and black";
  return findUnreadableSamples(photometric ?? PHOTOMETRIC.blackIsZero, bits, formats);
}

function findUnreadableSamples(
  photometric: number,
  bits: readonly number[],
  formats: readonly number[],
): string | undefined {
  const [size = 1] = bits;
  const [format = FORMAT.unsigned] = formats;
  if (bits.some((other) => other !== size)) return "a TIFF whose colours have different numbers of bits";
  if (format === FORMAT.float) {
    if (photometric === PHOTOMETRIC.rgb && size === 32) return undefined;
    return `a TIFF of ${size}-bit floating point numbers`;
  }
  if (format === FORMAT.signed) return "a TIFF of signed numbers";
  if (format !== FORMAT.unsigned && format !== FORMAT.undefined) return "a TIFF of complex numbers";
  if (BITS[photometric]?.includes(size)) return undefined;
  return FOREIGN_PHOTOMETRICS[photometric] ?? `a TIFF of ${size} bits a sample`;
}
