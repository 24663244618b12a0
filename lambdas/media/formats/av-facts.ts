import * as z from "zod";
import { isPictureCodec, isSoundCodec } from "./av-codecs.ts";
import { findHdrColours, type HdrColours } from "./tone-mapping.ts";
import { displaySize, type Size, type StoredFrame } from "./video-frame.ts";

/**
 * What ffprobe says of the moving picture of a file.
 *
 * `hiddenSeconds`, here and of the sound: what the file holds but does not show. A phone's "trim" only notes where to
 * begin and end; a copy would hand out what its owner cut away.
 */
export interface Picture extends StoredFrame {
  /** The stream's index in the file. */
  readonly index: number;
  readonly codec: string;
  readonly profile?: string;
  /** H.264: 42 for level 4.2. */
  readonly level?: number;
  readonly pixelFormat: string;
  /** Absent for SDR. */
  readonly hdr?: HdrColours;
  /** Upright, in square pixels. */
  readonly display: Size;
  /** The average; 0 where the file does not tell. */
  readonly framesPerSecond: number;
  readonly interlaced: boolean;
  readonly hiddenSeconds: number;
}

export interface Sound {
  readonly index: number;
  readonly codec: string;
  readonly profile?: string;
  readonly channels: number;
  readonly sampleRate: number;
  readonly hiddenSeconds: number;
}

export interface MediaFacts {
  /** ffmpeg's name of the demuxer. */
  readonly demuxer: string;
  /** Absent where the file does not tell, as in a browser's recording. */
  readonly durationSeconds?: number;
  /** Of the whole file. */
  readonly bitsPerSecond?: number;
  readonly streamCount: number;
  readonly picture?: Picture;
  readonly sound?: Sound;
  /** Codecs that are there but not read, for the message where nothing else of their kind is. Covers do not count. */
  readonly unreadPictures: readonly string[];
  readonly unreadSounds: readonly string[];
}

/** Only these fields are asked for: a file's own tags could be megabytes. */
export const PROBED_ENTRIES = [
  "format=format_name,duration,nb_streams,bit_rate",
  "stream=index,codec_type,codec_name,codec_tag_string,profile,level,pix_fmt,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate",
  "stream=color_transfer,color_primaries,color_space",
  "stream=channels,sample_rate,field_order,nb_frames,duration",
  "stream_disposition=attached_pic,default",
  "stream_side_data=rotation",
].join(":");

/** ffprobe writes numbers as text, and `N/A` for what it does not know. */
const figure = z.coerce.number().optional().catch(undefined);
const probedStream = z.object({
  index: z.int(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  codec_tag_string: z.string().optional(),
  profile: z.string().optional(),
  level: z.int().optional(),
  pix_fmt: z.string().optional(),
  color_transfer: z.string().optional(),
  color_primaries: z.string().optional(),
  color_space: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  field_order: z.string().optional(),
  channels: z.int().optional(),
  sample_rate: figure,
  nb_frames: figure,
  duration: figure,
  disposition: z.object({ attached_pic: z.int(), default: z.int().optional() }).optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
});
type ProbedStream = z.infer<typeof probedStream>;

const probed = z.object({
  format: z.object({
    format_name: z.string(),
    nb_streams: z.int(),
    duration: figure,
    bit_rate: figure,
  }),
  streams: z.array(probedStream).default([]),
});

/** Reads ffprobe's JSON of `PROBED_ENTRIES`; throws where it is not that. */
export function parseProbe(json: string): MediaFacts {
  const { format, streams } = probed.parse(JSON.parse(json));
  // A cover (`attached_pic`) is a still, not the picture of a film.
  const pictures = streams.filter((stream) => stream.codec_type === "video" && stream.disposition?.attached_pic !== 1);
  const sounds = streams.filter((stream) => stream.codec_type === "audio");
  return {
    demuxer: format.format_name,
    durationSeconds: format.duration !== undefined && format.duration > 0 ? format.duration : undefined,
    bitsPerSecond: format.bit_rate,
    streamCount: format.nb_streams,
    picture: findPreferred(pictures, findPicture),
    sound: findPreferred(sounds, findSound),
    unreadPictures: nameUnread(pictures, isPictureCodec),
    unreadSounds: nameUnread(sounds, isSoundCodec),
  };
}

/** The one that a player takes: that with the default flag, or else the first; of those that can be read. */
function findPreferred<T>(streams: readonly ProbedStream[], find: (stream: ProbedStream) => T | undefined) {
  const isDefault = ({ disposition }: ProbedStream) => disposition?.default === 1;
  const inOrder = [...streams.filter(isDefault), ...streams.filter((stream) => !isDefault(stream))];
  for (const stream of inOrder) {
    const found = find(stream);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What ffprobe has no name for goes by its tag in the file, of four characters. */
function nameUnread(streams: readonly ProbedStream[], isRead: (codec: string) => boolean): string[] {
  const names = streams.map(({ codec_name: name = "unknown", codec_tag_string: tag = "" }) =>
    name === "unknown" && /^[\w.-]+$/.test(tag) ? tag : name,
  );
  return [...new Set(names.filter((name) => !isRead(name)))];
}

function findPicture(stream: ProbedStream): Picture | undefined {
  const { codec_name: codec = "", width = 0, height = 0 } = stream;
  if (!isPictureCodec(codec) || width <= 0 || height <= 0) return undefined;
  const stored = {
    storedWidth: width,
    storedHeight: height,
    rotation: stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0,
    pixelAspect: parsePixelAspect(stream.sample_aspect_ratio),
  };
  const framesPerSecond = parseRatio(stream.avg_frame_rate) || parseRatio(stream.r_frame_rate);
  return {
    ...stored,
    index: stream.index,
    codec,
    profile: stream.profile,
    level: stream.level,
    pixelFormat: stream.pix_fmt ?? "unknown",
    hdr: findHdrColours(stream.color_transfer, stream.color_primaries, stream.color_space),
    display: displaySize(stored),
    framesPerSecond,
    interlaced: ["tt", "bb", "tb", "bt"].includes(stream.field_order ?? ""),
    hiddenSeconds: measureHidden(stream, framesPerSecond),
  };
}

/** A phone's file may hold a second sound in a codec that only its maker reads. */
function findSound(stream: ProbedStream): Sound | undefined {
  const { codec_name: codec = "", channels = 0, sample_rate: sampleRate = 0 } = stream;
  if (!isSoundCodec(codec) || channels <= 0 || sampleRate <= 0) return undefined;
  // AAC-LC, the only sound that MP4 presets copy, has 1024 samples a frame.
  const hiddenSeconds = codec === "aac" ? measureHidden(stream, sampleRate / 1024) : 0;
  return { index: stream.index, codec, profile: stream.profile, channels, sampleRate, hiddenSeconds };
}

/** All frames that are stored, less the time that is played. Only MP4 counts its frames, and only MP4 can hide some. */
function measureHidden({ nb_frames: frames, duration }: ProbedStream, framesPerSecond: number): number {
  if (frames === undefined || duration === undefined || framesPerSecond <= 0) return 0;
  return Math.max(0, frames / framesPerSecond - duration);
}

/** `30000/1001` or `16:15`; 0 where it is missing or `0/0`. */
function parseRatio(text: string | undefined): number {
  const [above = 0, below = 0] = (text ?? "").split(/[/:]/).map(Number);
  return above > 0 && below > 0 ? above / below : 0;
}

/** Shapes beyond 4 : 1 are taken for a mistake of the file: they would blow a small frame up to any width. */
function parsePixelAspect(text: string | undefined): number {
  const aspect = parseRatio(text);
  return aspect >= 0.25 && aspect <= 4 ? aspect : 1;
}
