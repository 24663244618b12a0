import { DECODER_WHITELIST, NAMED_DECODERS } from "./av-codecs.ts";
import { DEMUXER_WHITELIST } from "./av-container.ts";
import { type Picture, PROBED_ENTRIES } from "./av-facts.ts";
import type { AvLimits } from "./av-limits.ts";
import type { ConvertPlan, PlannedFile, StillsPlan } from "./av-plan.ts";
import { chooseSampleRate, STILL_PRESETS } from "./av-presets.ts";
import { toneMapFilters } from "./tone-mapping.ts";
import { isQuarterTurn, type Size, scaleInto } from "./video-frame.ts";
import { POSTER_CANDIDATES, selectKeyFrames, selectMoments } from "./video-stills.ts";

/** Names in the scratch folder, in which ffmpeg runs: no path and nothing of the user's is ever an argument. */
export const SOURCE_FILE = "source";
export const PLACEHOLDER_FILE = "placeholder.rgba";
const PALETTE_FILE = "palette.png";

/**
 * The same for ffprobe and ffmpeg (threats.md F1). `-protocol_whitelist` keeps them off the network, and
 * `-format_whitelist` off playlists, which the first does not stop: `file` is a protocol too.
 */
const SAFE_INPUT = [
  ...["-protocol_whitelist", "file"],
  ...["-format_whitelist", DEMUXER_WHITELIST],
  ...["-codec_whitelist", DECODER_WHITELIST],
] as const;

export interface Reading {
  readonly limits: AvLimits;
  /** A WAV whose header does not say how long it is, or lies: it is read to its end. */
  readonly sizeIsUnknown?: boolean;
}

/** What a run may read and write at most. */
export interface RunBounds extends Reading {
  readonly durationSeconds: number;
  /** Each file. */
  readonly maxFileBytes: number;
}

export function stillFile(still: keyof typeof STILL_PRESETS, candidate: number | "%d"): string {
  return `${still}-${candidate}.jpg`;
}

/**
 * An option of the decoders alone, not of the container: ffprobe opens these once, at the end, to name what it found.
 * While it reads a file, which is when it decodes, `SAFE_INPUT` is all that there is.
 */
const NAMEABLE = ["v", "a", "s"].flatMap((kind) => [
  `-codec_whitelist:${kind}`,
  `${DECODER_WHITELIST},${NAMED_DECODERS}`,
]);

/** One more stream is let through than is accepted, so that the count can be named. */
export function probeArguments(file: string, limits: AvLimits): string[] {
  return [
    ...["-v", "error", ...SAFE_INPUT, ...NAMEABLE, "-max_streams", `${limits.maxStreams + 1}`],
    ...["-show_entries", PROBED_ENTRIES, "-of", "json", "-i", file],
  ];
}

/** Reads every packet and decodes none: how long a recording is whose header does not say. */
export function measureArguments(facts: Pick<ConvertPlan, "picture" | "sound">, reading: Reading): string[] {
  const streams = [facts.picture, facts.sound].flatMap((stream) => (stream ? ["-map", `0:${stream.index}`] : []));
  return [...openSource(reading), ...streams, "-c", "copy", "-f", "null", "-"];
}

/**
 * The one run: every film, poster, thumbnail and the gif's palette, from one decode. Where films are only copied, the
 * stills' key frames come from a second reading: "-skip_frame" would leave ffmpeg without the start of a Matroska's
 * picture, and it would cut the copy's. The demuxer drops the rest, so that the second reading costs next to nothing.
 */
export function mainArguments(plan: ConvertPlan, bounds: RunBounds): string[] {
  const keyFramesOnly = plan.stills?.keyFramesOnly === true;
  const input = keyFramesOnly ? 1 : 0;
  const graph = plan.picture ? pictureGraph(plan, plan.picture, input, bounds.durationSeconds) : undefined;
  return [
    ...openSource(bounds),
    ...(keyFramesOnly ? readSource(bounds, ["-skip_frame", "nokey", "-discard", "nokey"]) : []),
    ...(graph ? ["-filter_complex_threads", "1", "-filter_complex", graph] : []),
    ...plan.files.flatMap((file, index) => fileOutput(plan, file, `[film${index}]`, bounds)),
    ...(plan.stills ? stillOutputs() : []),
    ...(plan.gif ? ["-map", "[palette]", "-frames:v", "1", "-c:v", "png", "-f", "image2", PALETTE_FILE] : []),
  ];
}

/** The stills once more, with every frame decoded: of a film that has too few key frames. */
export function stillArguments(plan: ConvertPlan, stills: StillsPlan, bounds: RunBounds): string[] {
  return mainArguments({ ...plan, files: [], gif: undefined, stills: { ...stills, keyFramesOnly: false } }, bounds);
}

/** The gif's frames, in the colours that the first run chose. The palette is our own file, but no more is allowed for it. */
export function gifArguments(plan: ConvertPlan, gif: NonNullable<ConvertPlan["gif"]>, bounds: RunBounds): string[] {
  if (!plan.picture) throw new Error("A gif was planned of a source that has no picture.");
  const toneMap = plan.toneMap ? toneMapFilters(plan.toneMap.colours) : [];
  const frames = [
    ...shapePixels(plan.picture),
    ...deinterlace(plan.picture),
    ...gifFrames(gif, plan.toneMap && "yuv420p10le"),
    ...toneMap,
  ].join(",");
  return [
    ...openSource(bounds),
    ...["-protocol_whitelist", "file", "-format_whitelist", "png_pipe", "-f", "png_pipe", "-i", PALETTE_FILE],
    ...["-filter_complex_threads", "1", "-filter_complex"],
    `[0:${plan.picture.index}]${frames}[frames];[frames][1:v]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle[gif]`,
    ...fileOutput(plan, gif, "[gif]", bounds),
  ];
}

/** Options of the whole run, and then its source. */
function openSource(reading: Reading): string[] {
  return [
    ...["-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1", "-stats_period", "0.5", "-y"],
    ...readSource(reading),
  ];
}

/** `-t` stops at one second over the limit, so that a longer film is noticed and not just cut. */
function readSource({ limits, sizeIsUnknown }: Reading, decoder: readonly string[] = []): string[] {
  return [
    ...[...SAFE_INPUT, "-max_streams", `${limits.maxStreams}`, "-max_pixels", `${limits.maxFramePixels}`],
    ...["-threads", `${limits.threads}`, ...decoder, ...(sizeIsUnknown ? ["-ignore_length", "1"] : [])],
    ...["-t", `${limits.maxDurationSeconds + 1}`, "-i", SOURCE_FILE],
  ];
}

/** From the decoded picture, already turned upright by ffmpeg, to a labelled stream for each output. */
function pictureGraph(plan: ConvertPlan, picture: Picture, input: number, durationSeconds: number): string {
  const branches: string[] = [];
  const add = (filters: readonly string[], label: string) => branches.push(`${filters.join(",")}${label}`);

  plan.files.forEach((file, index) => {
    if (file.picture?.treatment === "encode") add(filmFrames(file, picture), `[film${index}]`);
  });
  if (plan.gif) add([...gifFrames(plan.gif), "palettegen=stats_mode=diff"], "[palette]");
  if (plan.stills) add([selectStills(plan.stills, durationSeconds), "split"], "[posters][thumbs]");

  const inputs = branches.map((_, index) => `[branch${index}]`);
  const split = [...prepare(plan, picture), `split=${branches.length}`].join(",");
  return [
    `[${input}:${picture.index}]${split}${inputs.join("")}`,
    ...branches.map((branch, index) => `${inputs[index]}${branch}`),
    ...(plan.stills ? stillBranches(plan.stills) : []),
  ].join(";");
}

/** Scaled down and thinned out before its colours are converted, which is what costs most; after this it is SDR. */
function prepare({ toneMap, files }: ConvertPlan, picture: Picture): string[] {
  const frames = [...shapePixels(picture), ...deinterlace(picture)];
  if (!toneMap) return frames;
  const maxFramesPerSecond = Math.max(...files.map((file) => file.preset.picture?.maxFramesPerSecond ?? 0));
  const thinned = [...frames, ...thinOut(picture, maxFramesPerSecond), ...scaleInto(toneMap.size)];
  return [...thinned, ...toneMapFilters(toneMap.colours)];
}

/** The shape of the upright frame's pixels as the plan has it: one that it did not believe must not reach the filters. */
function shapePixels({ pixelAspect, rotation }: Picture): string[] {
  return [`setsar=${isQuarterTurn(rotation) ? 1 / pixelAspect : pixelAspect}`];
}

/** Fields become frames only where the frame says that it is made of two. */
function deinterlace(picture: Picture): string[] {
  return picture.interlaced ? ["yadif=deint=interlaced"] : [];
}

function filmFrames(file: PlannedFile, picture: Picture): string[] {
  const maxFramesPerSecond = file.preset.picture?.maxFramesPerSecond ?? 60;
  const scaled = scaleInto(file.picture?.size ?? picture.display, { format: "yuv420p" });
  return [...thinOut(picture, maxFramesPerSecond), ...scaled, "setsar=1"];
}

/**
 * At most so many frames a second (threats.md F2). An even rate comes of `fps`; where the header promises no more than
 * is allowed, frames that come closer than a quarter too close are dropped, so that a header that lies costs no encode,
 * and a rate that varies stays as it is, without a frame doubled.
 */
function thinOut(picture: Picture, maxFramesPerSecond: number): string[] {
  if (picture.framesPerSecond > maxFramesPerSecond + 0.5) return [`fps=${maxFramesPerSecond}`];
  const closest = (0.75 / maxFramesPerSecond).toFixed(5);
  return [`select='isnan(prev_selected_t)+gte(t-prev_selected_t,${closest})'`];
}

/** In the colours of palettes, unless the frames are still to be tone-mapped. */
function gifFrames(gif: NonNullable<ConvertPlan["gif"]>, format = "bgra"): string[] {
  const framesPerSecond = gif.preset.picture?.maxFramesPerSecond ?? 12;
  return [`fps=${framesPerSecond}`, ...scaleInto(gif.picture.size, { options: ":flags=lanczos", format }), "setsar=1"];
}

function selectStills(stills: StillsPlan, durationSeconds: number): string {
  const select = stills.keyFramesOnly ? selectKeyFrames(durationSeconds) : selectMoments(durationSeconds);
  return `select='${select}'`;
}

function stillBranches({ poster, thumb, placeholder }: StillsPlan): string[] {
  // JPEG's matrix is BT.601's, always: a film's own, BT.709, would turn pure red into 230 of 255. ffmpeg 7 lets filters
  // agree on a matrix and undoes the scaler's choice, unless the frames then say so too; `yuvj420p` says only the range.
  const jpeg = { options: ":out_color_matrix=bt601:out_range=pc", format: "yuv420p" };
  const said = ["setparams=colorspace=bt470bg:range=pc", "setsar=1"];
  const toJpeg = (size: Size) => [...scaleInto(size, jpeg), ...said].join(",");
  return [
    `[posters]select='lt(n,${POSTER_CANDIDATES})',${toJpeg(poster)}[poster]`,
    `[thumbs]${toJpeg(thumb)},split[thumb][placeholders]`,
    `[placeholders]scale=${placeholder.width}:${placeholder.height},format=rgba[placeholder]`,
  ];
}

/** One thread each: mjpeg's frame threads would keep several full frames in memory. */
function stillOutputs(): string[] {
  const every = ["-threads", "1", "-fps_mode", "passthrough", "-flags", "+bitexact", "-fflags", "+bitexact"];
  const jpegs = (["poster", "thumb"] as const).flatMap((still) => [
    ...["-map", `[${still}]`, "-c:v", "mjpeg", "-q:v", `${STILL_PRESETS[still].quality}`, ...every],
    ...["-f", "image2", stillFile(still, "%d")],
  ]);
  return [...jpegs, "-map", "[placeholder]", "-c:v", "rawvideo", ...every, "-f", "rawvideo", PLACEHOLDER_FILE];
}

/** Metadata (a phone's place, names, a tool's marks) and chapters stay behind; the same source gives the same bytes. */
function fileOutput(plan: ConvertPlan, file: PlannedFile, label: string, bounds: RunBounds): string[] {
  return [
    ...pictureOutput(plan, file, label, bounds.limits.threads),
    ...soundOutput(plan, file),
    ...["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"],
    ...["-fs", `${bounds.maxFileBytes}`, ...file.preset.container, file.file],
  ];
}

function pictureOutput(plan: ConvertPlan, file: PlannedFile, label: string, threads: number): string[] {
  if (!file.picture || !file.preset.picture || !plan.picture) return ["-vn"];
  if (file.picture.treatment === "copy") return ["-map", `0:${plan.picture.index}`, "-c:v", "copy"];
  return ["-map", label, "-threads", `${threads}`, ...file.preset.picture.encode, "-fps_mode", "vfr"];
}

function soundOutput(plan: ConvertPlan, file: PlannedFile): string[] {
  if (!file.sound || !file.preset.sound || !plan.sound) return ["-an"];
  const map = ["-map", `0:${plan.sound.index}`];
  if (file.sound.treatment === "copy") return [...map, "-c:a", "copy"];
  const rate = chooseSampleRate(file.preset.sound, plan.sound.sampleRate);
  return [
    ...map,
    ...file.preset.sound.encode,
    ...["-ac", `${Math.min(2, plan.sound.channels)}`, "-ar", `${rate}`],
    // Fills gaps with silence, or the sound after one would come too early.
    ...["-af", "aresample=async=1"],
  ];
}
