import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  CONVERSION_PRESETS,
  type PictureCopyRule,
  type Preset,
  STANDARD_PRESETS,
  STILL_PRESETS,
  type StillPreset,
} from "../lambdas/media/formats/av-presets.ts";
import type { FrameBox } from "../lambdas/media/formats/video-frame.ts";
import { formatTable } from "./format-table.ts";

/** Writes docs/presets.md from the presets themselves: `npx tsx docs/presets.ts`. A test says when it is due. */

export const PRESETS_PAGE = fileURLToPath(new URL("./presets.md", import.meta.url));

/** As large as a source may be. */
const UNBOUNDED = 16_384;

export function formatPresets(): string {
  return `# Renditions of video and audio

Made from \`lambdas/media/formats/av-presets.ts\` by \`npx tsx docs/presets.ts\`; do not edit it by hand.

A video gets \`video.mp4\`, a poster and thumbnails; an audio file, or a video without a picture, \`audio.m4a\`.
\`convertTo\` adds \`converted.<format>\`. Nothing is enlarged; sides become even, pixels square, turned films upright;
metadata and chapters are dropped. Sound has at most two channels.

A film in HDR (PQ or HLG, as phones record) becomes SDR of BT.709, its stills too, and is never copied. What is darker
than 61 cd/m² stays as it was filmed, what is brighter is bent into what SDR has left, and from 1000 cd/m² on it is white.
That takes ffmpeg's zscale filter (libzimg), which ffmpeg-static's builds for Linux and Debian's have; without it the
film keeps its HDR colours, tagged as such, and the log warns. Dolby Vision without HDR10 or HLG beneath it (profile 5)
is not known as HDR.

## Films and sounds

${formatTable(
  ["file", "for", "picture", "at most", "sound", "copied, not encoded, when it is already"],
  [
    ...Object.entries(STANDARD_PRESETS).map(([name, preset]) => formatPreset(name, preset)),
    ...Object.values(CONVERSION_PRESETS).map((preset) => formatPreset("converted", preset)),
  ],
)}

A picture is copied only if it is SDR, upright, square in its pixels, even in its sides, progressive and within the size
and the rate of its row; where a copy does not come out right, it is encoded after all.

ffmpeg decodes and encodes in as many threads as the function has vCPUs: two, with the 3008 MB that \`functions.convert.memoryMb\`
asks for by default.

## Stills

${formatTable(
  ["file", "for", "at most", "quality"],
  Object.entries(STILL_PRESETS).map(([name, still]) => formatStill(name, still)),
)}

The job's \`placeholder\` is a thumbhash of the poster.

## What is taken of a file

- Of several pictures or sounds, the one with the default flag, or else the first; of those that can be read. Covers are
  none of a film's pictures. A film whose picture or whose sound is in no codec that is read is refused by the codec's
  name: it is not made silent, nor a sound.
- A film that turns half way keeps its shape, with bars, in the size of its beginning.
- A sound's rate is raised to the next that the encoder knows: AAC and MP3 know about a dozen.
- A length that is a guess (raw AAC, an MP3 without a count of its frames, an MP4 in fragments, a WAV whose size field lies)
  is measured, by reading every packet, before it is judged; the job tells what came out.
- A file that announces more than it holds is refused as incomplete: MP4, Matroska, WebM, AVI and WAV by their sizes, FLAC
  and MP3 by the samples and frames that their headers count. A recording that announces nothing is taken as far as it
  goes: Ogg, raw AAC, a WebM or Matroska of unknown size, and so an MP4 in fragments, each of which is a film for itself;
  a browser or camera that dies while it records leaves just that.
- A film may last \`limits.durationSeconds\` (an hour), a sound \`limits.audioDurationSeconds\` (four hours). A film at
  x264's pace can use up the 840 seconds of one run within that hour. Sound was encoded 46 times faster than it plays, which
  on a Lambda's core, 2.5 times slower, is 18 times: four hours take some 780 seconds. Longer books come in parts.

## Encoders

${formatTable(
  ["format", "ffmpeg's options"],
  [STANDARD_PRESETS.video, STANDARD_PRESETS.audio, ...Object.values(CONVERSION_PRESETS).slice(1)]
    .filter((preset: Preset, index) => index < 2 || preset.extension !== "m4a")
    .map((preset: Preset) => [
      preset.extension,
      `\`${[...(preset.picture?.encode ?? []), ...(preset.sound?.encode ?? [])].join(" ")}\``,
    ]),
)}
`;
}

function formatPreset(name: string, preset: Preset): string[] {
  const { picture, sound } = preset;
  return [
    `\`${name}.${preset.extension}\``,
    preset.purpose,
    picture?.codec ?? "–",
    picture ? `${formatBox(picture.box)}, ${picture.maxFramesPerSecond} frames/s` : "–",
    sound ? `${sound.codec}, ≤ ${sound.maxSampleRate / 1000} kHz` : "–",
    [picture?.copies && formatPictureRule(picture.copies), sound?.copies && formatCodecs(sound.copies.codecs)]
      .filter((rule) => rule !== undefined)
      .join("; ") || "never",
  ];
}

function formatPictureRule(rule: PictureCopyRule): string {
  const level = rule.maxLevel ? ` up to level ${rule.maxLevel / 10}` : "";
  const rate = `≤ ${rule.maxBitsPerSecond / 1e6} Mbit/s`;
  return `${formatCodecs(rule.codecs)}${level}, ${rule.pixelFormats.join(" or ")}, ${rate}`;
}

function formatCodecs(codecs: PictureCopyRule["codecs"]): string {
  return Object.entries(codecs)
    .map(([codec, profiles]) => (profiles === "any" ? codec : `${codec} (${profiles.join(", ")})`))
    .join(" or ");
}

function formatStill(name: string, still: StillPreset): string[] {
  const file = name === "thumb" ? "thumb-1.jpg … thumb-5.jpg" : `${name}.${still.extension}`;
  return [`\`${file}\``, still.purpose, formatBox(still.box), `\`-q:v ${still.quality}\``];
}

function formatBox({ longEdge, shortEdge }: FrameBox): string {
  if (longEdge === UNBOUNDED) return "full size";
  return longEdge === shortEdge ? `${longEdge} × ${shortEdge}` : `${longEdge} × ${shortEdge}, or upright`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(PRESETS_PAGE, formatPresets());
