import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { MAX_ANIMATION_PIXELS, MAX_FRAMES, MAX_SIDE_PIXELS } from "../lambdas/media/formats/image-bounds.ts";
import { IMAGE_FORMAT_NAMES, IMAGE_FORMATS } from "../lambdas/media/formats/image-formats.ts";
import { CONVERSION_NAME } from "../lambdas/media/formats/image-plan.ts";
import { IMAGE_PRESETS } from "../lambdas/media/formats/image-presets.ts";
import { formatLargest, RESIZE_MEMORY_MB, SOURCE_MB } from "./picture-limits.ts";

/** Writes docs/pictures.md from the presets themselves: `npx tsx docs/pictures.ts`. A test says when it is due. */

export const PICTURES_PAGE = fileURLToPath(new URL("./pictures.md", import.meta.url));

const MEGAPIXEL = 1_000_000;

export function formatPictures(): string {
  return `# Renditions of pictures

Made from \`lambdas/media/formats/image-*.ts\` by \`npx tsx docs/pictures.ts\`; do not edit it by hand.

A picture gets \`w<width>.<extension>\` for each configured width, in the source's own format (TIFF and HEIC as JPEG, or
PNG where they have alpha) and in WebP; in AVIF where the environment says so. Nothing is enlarged: a narrower source is there in its own
width. A format that is not smaller than those before it is not written; an AVIF's WebP always is, for browsers that cannot
show the other. A file that comes out larger than the upload is encoded again with tighter settings, and the smallest is
kept; the source's own format is written even where that is larger still (scaling makes new shades), because a page needs one file of
each width that every browser shows. \`convertTo\` adds \`${CONVERSION_NAME}.<extension>\` in the source's size.

All are upright, 8-bit sRGB, encoded anew and without metadata. Colours come from the ICC profile, or from what is told in its
place: a PNG's \`cICP\` (which stands above a profile), or its \`sRGB\`, or its \`gAMA\` with \`cHRM\`; an AVIF's or HEIC's \`nclx\`
where it has no profile. HDR in PQ and HLG is tone-mapped as browsers do for an ordinary screen (the reference white tone mapping of
SMPTE ST 2094-50), so that a rendition looks as its source; a gain map is left out. Where JPEG cannot show what is transparent, it is white. The
job's \`placeholder\` is a thumbhash, base64.

## Formats

${formatFormats()}

## HEIC

What iPhones and many cameras write: pictures in HEVC. One that is coded as a whole or in tiles is read, in 8 or 10 bits, with
transparency, turned by its own boxes (EXIF's orientation does not count beside them), its ICC profile converted to sRGB. The
still of a live photo is a picture like any other. Thumbnails, depth maps and HDR gain maps are not shown. Refused by name:
sequences, pictures in AV1 or JPEG inside HEIF, overlays, and crops of more than 64 pixels that stand in the header alone. A
stream whose bytes are damaged but not missing may come out with blemishes, because its decoder conceals them.

libheif and libde265 do this, compiled to WebAssembly by [libheif-js](https://github.com/catdad-experiments/libheif-js), in a
thread of its own that ends with the picture. They are under the **LGPL-3.0** and lie beside the function's code as files of
their own: put another version of \`libheif.js\` and \`libheif.wasm\` into \`node_modules/libheif-js/libheif-wasm/\` of its zip (or
of this project, before a build) to use that. Their sources are at
[strukturag/libheif](https://github.com/strukturag/libheif) and [strukturag/libde265](https://github.com/strukturag/libde265);
\`LICENSES.txt\` in the zip says the same.

**HEVC is covered by patents**, which no licence of a library grants. Whether decoding it on a server needs a licence depends on
the country and on what you do; ask someone who knows. \`images: { heic: false }\` in \`environments.ts\` switches it off: then
\`GET /limits\` does not name HEIC, and presign and resize refuse it.

## Limits

Checked on the header, before anything is decoded; a picture beyond them fails as \`TOO_MANY_PIXELS\`.

- megapixels, as in the table below
- ${MAX_SIDE_PIXELS} pixels a side
- an animation: ${MAX_ANIMATION_PIXELS / MEGAPIXEL} megapixels and ${MAX_FRAMES} frames, all frames together
- what the function's memory can hold, predicted from the header: the same table, with ${RESIZE_MEMORY_MB} MB (\`functions.resize.memoryMb\`),
  the default widths, AVIF renditions switched on and a file of ${SOURCE_MB} MB. A conversion has limits of its own, above, and needs memory besides.

${formatLargest()}

## Animations

GIF and WebP animations stay animations, in GIF and WebP and in every size, with their frames, times and loops; a
conversion to any other format shows the first frame. No AVIF is made of them, because sharp writes none that moves. Refused
by name: animated PNG, animated AVIF, and animations with an EXIF orientation. An animation of one frame is a still.

## Damage

A file that lacks any of its picture fails as \`CORRUPT_MEDIA\`. What browsers overlook because it costs no pixel is overlooked
here too: a JPEG's scan parameters of zeros, stray bytes between the segments of its header, an unknown version of JFIF or colour
transform of Adobe's; a missing end mark of a JPEG, PNG or GIF, after proof that nothing else is missing; zeros between a GIF's
blocks; odd tags of a TIFF, of which only those that describe its pixels are read.

## TIFF

Of several pages, the first counts. Read are grey and black and white (1 to 16 bits), palettes, RGB (8, 16, or 32 bits of floating
point as linear light), CMYK and CIE Lab of 16 bits, in strips, tiles or planes, as BigTIFF too; uncompressed or by CCITT, LZW,
Deflate, PackBits, JPEG or WebP. Every other kind is refused by its name: other floating point, signed or 32-bit numbers do not
say what is black or white.
`;
}

function formatFormats(): string {
  const header = ["format", "extension", "options", "largest conversion", "why"];
  const rows = IMAGE_FORMAT_NAMES.map((format) => {
    const { label, extension } = IMAGE_FORMATS[format];
    const { options, maxPixels, reason } = IMAGE_PRESETS[format];
    return [label, extension, `\`${JSON.stringify(options)}\``, `${maxPixels / MEGAPIXEL} MP`, reason];
  });
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(PICTURES_PAGE, formatPictures());
