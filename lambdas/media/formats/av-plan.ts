import type { Conversion, MediaKind } from "../../../contracts/media/media.ts";
import { MediaError } from "../errors.ts";
import type { MediaFacts, Picture, Sound } from "./av-facts.ts";
import {
  CONVERSION_PRESETS,
  isAvConversion,
  type PictureCopyRule,
  type PicturePreset,
  PLACEHOLDER_BOX,
  type Preset,
  type SoundPreset,
  STANDARD_PRESETS,
  STILL_PRESETS,
} from "./av-presets.ts";
import type { HdrColours } from "./tone-mapping.ts";
import { fitInto, fits, type Size, toEvenSides } from "./video-frame.ts";

/** Copied as it is, or decoded and encoded anew. */
export type Treatment = "copy" | "encode";

/** One file that ffmpeg writes. */
export interface PlannedFile {
  /** Its name in the scratch folder. */
  readonly file: string;
  /** The renditions that it becomes, without extension; two where a conversion is what every video gets anyway. */
  readonly renditions: readonly string[];
  readonly preset: Preset;
  readonly picture?: { readonly treatment: Treatment; readonly size: Size };
  readonly sound?: { readonly treatment: Treatment };
}

export interface StillsPlan {
  readonly poster: Size;
  readonly thumb: Size;
  readonly placeholder: Size;
  /** Nothing else needs every frame decoded: decode the key frames alone, for 3 % of the CPU. */
  readonly keyFramesOnly: boolean;
}

export interface ConvertPlan {
  readonly picture?: Picture;
  readonly sound?: Sound;
  /** An HDR picture becomes SDR once, at the size of the largest film, before anything else is made of it. */
  readonly toneMap?: { readonly colours: HdrColours; readonly size: Size };
  /** What comes of one run of ffmpeg. */
  readonly files: readonly PlannedFile[];
  readonly stills?: StillsPlan;
  /** A gif takes a run of its own, with the palette that the first run made. */
  readonly gif?: PlannedFile & { readonly picture: { readonly treatment: "encode"; readonly size: Size } };
}

export interface PlanOptions {
  readonly kind: MediaKind;
  readonly convertTo?: Conversion;
  /** False for the second try, when what was copied did not come out right. */
  readonly mayCopy: boolean;
  /** False where ffmpeg could not do it: the film keeps its colours, and their tags. Default: true. */
  readonly mayToneMap?: boolean;
}

/**
 * Decides what becomes of a source. A video without a picture is treated as audio. Of an audio upload only the sound is
 * taken, whatever else the file holds: that is what its owner asked for.
 *
 * Throws MediaError NO_MEDIA_STREAM, UNSUPPORTED_FORMAT and UNSUPPORTED_CONVERSION.
 */
export function planConversion(source: MediaFacts, options: PlanOptions): ConvertPlan {
  const facts = options.kind === "audio" ? { ...source, picture: undefined } : source;
  requireReadable(facts, options.kind);
  if (!facts.picture && !facts.sound) throw createNoMediaError(source, options.kind);

  const standard = planFile("standard", facts.picture ? "video" : "audio", facts, options.mayCopy);
  const conversion = planConvertTo(facts, options);
  const isSame = conversion !== undefined && isSameWork(standard, conversion);
  const standardFile = isSame ? { ...standard, renditions: [...standard.renditions, "converted"] } : standard;
  const films = [standardFile, ...(conversion && !isSame ? [conversion] : [])];

  const gif = films.find(isGif);
  const files = films.filter((film) => film !== gif);
  const toneMap = options.mayToneMap === false ? undefined : planToneMap(facts.picture, files);
  return { picture: facts.picture, sound: facts.sound, toneMap, files, stills: planStills(facts.picture, files), gif };
}

function planConvertTo(facts: MediaFacts, { convertTo, mayCopy }: PlanOptions): PlannedFile | undefined {
  if (convertTo === undefined) return undefined;
  if (!isAvConversion(convertTo)) {
    throw new MediaError("UNSUPPORTED_CONVERSION", `Video and audio cannot be converted to ${convertTo}.`);
  }
  const preset: Preset = CONVERSION_PRESETS[convertTo];
  if (!facts[preset.needs]) {
    const missing = preset.needs === "picture" ? "no picture" : "no sound";
    throw new MediaError("UNSUPPORTED_CONVERSION", `The file has ${missing} that could become ${convertTo}.`);
  }
  return planFile("converted", convertTo, facts, mayCopy);
}

function planFile(
  role: "standard" | "converted",
  name: keyof typeof STANDARD_PRESETS | keyof typeof CONVERSION_PRESETS,
  facts: MediaFacts,
  mayCopy: boolean,
): PlannedFile {
  const preset: Preset = { ...STANDARD_PRESETS, ...CONVERSION_PRESETS }[name];
  const rendition = role === "standard" ? name : "converted";
  return {
    file: `${rendition}.${preset.extension}`,
    renditions: [rendition],
    preset,
    picture: preset.picture && facts.picture ? planPicture(preset.picture, facts.picture, facts, mayCopy) : undefined,
    sound: preset.sound && facts.sound ? planSound(preset.sound, facts.sound, mayCopy) : undefined,
  };
}

function planPicture(preset: PicturePreset, picture: Picture, facts: MediaFacts, mayCopy: boolean) {
  const copies = mayCopy && preset.copies !== undefined && mayCopyPicture(picture, facts, preset, preset.copies);
  const size = toEvenSides(fitInto(picture.display, preset.box));
  return { treatment: copies ? "copy" : "encode", size } as const;
}

/** An encoder's own run-in, which a file hides too, is a tenth of a second at most. */
const MAX_HIDDEN_SECONDS = 0.2;

/** Upright, square, even, progressive and SDR too: what a copy cannot cure. AVI holds no times to copy. */
function mayCopyPicture(picture: Picture, facts: MediaFacts, preset: PicturePreset, rule: PictureCopyRule): boolean {
  const { display, storedWidth, storedHeight } = picture;
  return (
    allows(rule.codecs, picture) &&
    (picture.codec !== "h264" || (picture.level ?? Number.POSITIVE_INFINITY) <= (rule.maxLevel ?? 0)) &&
    rule.pixelFormats.includes(picture.pixelFormat) &&
    (facts.bitsPerSecond ?? Number.POSITIVE_INFINITY) <= rule.maxBitsPerSecond &&
    fits(display, preset.box) &&
    picture.framesPerSecond <= preset.maxFramesPerSecond + 0.5 &&
    display.width === storedWidth &&
    display.height === storedHeight &&
    picture.rotation === 0 &&
    storedWidth % 2 === 0 &&
    storedHeight % 2 === 0 &&
    !picture.interlaced &&
    picture.hdr === undefined &&
    picture.hiddenSeconds <= MAX_HIDDEN_SECONDS &&
    facts.demuxer !== "avi"
  );
}

function planSound(preset: SoundPreset, sound: Sound, mayCopy: boolean) {
  const copies =
    mayCopy &&
    preset.copies !== undefined &&
    allows(preset.copies.codecs, sound) &&
    sound.hiddenSeconds <= MAX_HIDDEN_SECONDS &&
    sound.channels <= 2 &&
    sound.sampleRate <= preset.maxSampleRate;
  return { treatment: copies ? "copy" : "encode" } as const;
}

function allows(codecs: PictureCopyRule["codecs"], { codec, profile = "" }: { codec: string; profile?: string }) {
  const profiles = Object.hasOwn(codecs, codec) ? codecs[codec] : undefined;
  return profiles === "any" || (profiles?.includes(profile) ?? false);
}

/** `convertTo: mp4` of a film that fits Full HD, `convertTo: m4a` of a sound. */
function isSameWork(a: PlannedFile, b: PlannedFile): boolean {
  const work = ({ preset, picture, sound }: PlannedFile) => JSON.stringify([preset.extension, picture, sound]);
  return work(a) === work(b);
}

function isGif(file: PlannedFile): file is NonNullable<ConvertPlan["gif"]> {
  return file.preset.extension === "gif";
}

/** A still or a gif is made of it as of any film: nothing of them is larger than the film that every video gets. */
function planToneMap(picture: Picture | undefined, files: readonly PlannedFile[]): ConvertPlan["toneMap"] {
  const sizes = files.flatMap((file) => (file.picture ? [file.picture.size] : []));
  const [size] = sizes.sort((a, b) => b.width * b.height - a.width * a.height);
  return picture?.hdr && size ? { colours: picture.hdr, size } : undefined;
}

function planStills(picture: Picture | undefined, files: readonly PlannedFile[]): StillsPlan | undefined {
  if (!picture) return undefined;
  return {
    poster: toEvenSides(fitInto(picture.display, STILL_PRESETS.poster.box)),
    thumb: toEvenSides(fitInto(picture.display, STILL_PRESETS.thumb.box)),
    placeholder: fitInto(picture.display, PLACEHOLDER_BOX),
    keyFramesOnly: files.every((file) => file.picture?.treatment !== "encode"),
  };
}

/** A film without its picture, or silent, is not what its owner sent: where none can be read, it is refused by name. */
function requireReadable({ picture, sound, unreadPictures, unreadSounds }: MediaFacts, kind: MediaKind): void {
  const pictures = picture || kind === "audio" ? [] : unreadPictures;
  const sounds = sound ? [] : unreadSounds;
  if (pictures.length === 0 && sounds.length === 0) return;
  const what = kind === "audio" ? "file" : pictures.length > 0 ? "film" : "film's sound";
  const codecs = [...pictures, ...sounds].join(", ");
  const advice = kind === "audio" ? "Export it as M4A" : "Export it as MP4 with H.264 and AAC";
  throw new MediaError(
    "UNSUPPORTED_FORMAT",
    `The ${what} is encoded with ${codecs}, which cannot be read here. ${advice} and upload that.`,
  );
}

function createNoMediaError(source: MediaFacts, kind: MediaKind): MediaError {
  if (kind === "audio" && source.picture) {
    return new MediaError("NO_MEDIA_STREAM", "The file was announced as audio and holds no sound.");
  }
  return new MediaError("NO_MEDIA_STREAM");
}
