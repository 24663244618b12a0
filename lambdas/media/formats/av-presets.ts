import type { Conversion } from "../../../contracts/media/media.ts";
import type { FrameBox } from "./video-frame.ts";

/** How the picture of a rendition is made. */
export interface PicturePreset {
  readonly codec: string;
  readonly box: FrameBox;
  /** More than this is thinned out; a variable rate below it stays variable. */
  readonly maxFramesPerSecond: number;
  /** ffmpeg's output options that encode it. */
  readonly encode: readonly string[];
  /** A source's picture that is all of this is copied as it is: 1–3 % of the CPU of encoding it (performance.md). */
  readonly copies?: PictureCopyRule;
}

export interface PictureCopyRule {
  /** Codec → its profiles that every player of the container knows; `"any"` where all do. */
  readonly codecs: Readonly<Record<string, readonly string[] | "any">>;
  /** H.264's level × 10. */
  readonly maxLevel?: number;
  readonly pixelFormats: readonly string[];
  /** Of the whole source. A camera's 50 Mbit/s fits every other rule, but not a viewer's connection. */
  readonly maxBitsPerSecond: number;
}

/** How the sound of a rendition is made: always at most two channels. */
export interface SoundPreset {
  readonly codec: string;
  /** That its encoder knows, ascending, no more than `maxSampleRate`; unset where it takes any. */
  readonly sampleRates?: readonly number[];
  readonly maxSampleRate: number;
  readonly encode: readonly string[];
  readonly copies?: { readonly codecs: Readonly<Record<string, readonly string[] | "any">> };
}

/** The rate at which a sound is encoded: none that it has is lost, but what is above the preset's highest. */
export function chooseSampleRate({ sampleRates = [], maxSampleRate }: SoundPreset, sourceRate: number): number {
  return sampleRates.find((rate) => rate >= sourceRate) ?? Math.min(sourceRate, maxSampleRate);
}

/** One kind of rendition. */
export interface Preset {
  readonly extension: string;
  readonly contentType: string;
  /** For the documentation. */
  readonly purpose: string;
  /** What the source must have; a missing sound does no harm to a film. */
  readonly needs: "picture" | "sound";
  readonly picture?: PicturePreset;
  readonly sound?: SoundPreset;
  /** ffmpeg's options for the container. */
  readonly container: readonly string[];
}

const FULL_HD = { longEdge: 1920, shortEdge: 1080 } as const satisfies FrameBox;
/** As large as any source that is accepted: H.264 ends at 16 384 a side. */
const FULL_SIZE = {
  longEdge: 16_384,
  shortEdge: 16_384,
} as const satisfies FrameBox;

/** performance.md: veryfast has half the CPU of medium at equal SSIM, and with two threads 335 MB of memory instead of 546. */
const X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"] as const;

const H264: PicturePreset = {
  codec: "H.264",
  box: FULL_HD,
  maxFramesPerSecond: 60,
  encode: X264,
  copies: {
    codecs: { h264: ["Constrained Baseline", "Baseline", "Main", "High"] },
    maxLevel: 42,
    pixelFormats: ["yuv420p"],
    maxBitsPerSecond: 25_000_000,
  },
};

/** ISO 14496-3, table 1.18, up to `maxSampleRate`: 64, 88.2 and 96 kHz follow. */
const AAC_SAMPLE_RATES = [7350, 8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;
/** MPEG-1, 2 and 2.5, layer III. */
const MP3_SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

const AAC: SoundPreset = {
  codec: "AAC",
  sampleRates: AAC_SAMPLE_RATES,
  maxSampleRate: 48_000,
  encode: ["-c:a", "aac", "-b:a", "160k"],
  copies: { codecs: { aac: ["LC"] } },
};

/** The index at the beginning, so that playing starts before all of it has come. */
const MP4_CONTAINER = ["-f", "mp4", "-movflags", "+faststart"] as const;
const M4A_CONTAINER = ["-f", "ipod", "-movflags", "+faststart"] as const;

/** What every video gets, and what every audio file gets. */
export const STANDARD_PRESETS = {
  video: {
    extension: "mp4",
    contentType: "video/mp4",
    purpose: "every video",
    needs: "picture",
    picture: H264,
    sound: AAC,
    container: MP4_CONTAINER,
  },
  audio: {
    extension: "m4a",
    contentType: "audio/mp4",
    purpose: "every audio file, and a video that has no picture",
    needs: "sound",
    sound: AAC,
    container: M4A_CONTAINER,
  },
} as const satisfies Record<string, Preset>;

type AvConversion = Extract<Conversion, "mp4" | "webm" | "gif" | "m4a" | "mp3" | "wav">;

/** What `convertTo` adds, as `converted.<extension>`. */
export const CONVERSION_PRESETS: Record<AvConversion, Preset> = {
  mp4: {
    ...STANDARD_PRESETS.video,
    purpose: "`convertTo: mp4`",
    picture: { ...H264, box: FULL_SIZE },
  },
  webm: {
    extension: "webm",
    contentType: "video/webm",
    purpose: "`convertTo: webm`",
    needs: "picture",
    picture: {
      codec: "VP9",
      box: FULL_SIZE,
      maxFramesPerSecond: 60,
      // "realtime" at 7 costs about as much as x264's veryfast; "good", the default, ten times as much.
      encode: [
        ...["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "7", "-row-mt", "1", "-tile-columns", "1"],
        ...["-crf", "33", "-b:v", "0", "-g", "240", "-pix_fmt", "yuv420p"],
      ],
      copies: {
        codecs: { vp8: "any", vp9: ["Profile 0"], av1: ["Main"] },
        pixelFormats: ["yuv420p"],
        maxBitsPerSecond: 20_000_000,
      },
    },
    sound: {
      codec: "Opus",
      sampleRates: [48_000],
      maxSampleRate: 48_000,
      encode: ["-c:a", "libopus", "-b:a", "128k"],
      copies: { codecs: { opus: "any", vorbis: "any" } },
    },
    container: ["-f", "webm"],
  },
  gif: {
    extension: "gif",
    contentType: "image/gif",
    purpose: "`convertTo: gif`",
    needs: "picture",
    // A gif has no motion compensation: at full size ten seconds are a hundred megabytes.
    picture: {
      codec: "GIF, one palette of 256 colours",
      box: { longEdge: 480, shortEdge: 480 },
      maxFramesPerSecond: 12,
      encode: ["-c:v", "gif", "-threads", "1"],
    },
    container: ["-f", "gif", "-loop", "0"],
  },
  m4a: { ...STANDARD_PRESETS.audio, purpose: "`convertTo: m4a`" },
  mp3: {
    extension: "mp3",
    contentType: "audio/mpeg",
    purpose: "`convertTo: mp3`",
    needs: "sound",
    sound: {
      codec: "MP3, variable rate",
      sampleRates: MP3_SAMPLE_RATES,
      maxSampleRate: 48_000,
      encode: ["-c:a", "libmp3lame", "-q:a", "2"],
      copies: { codecs: { mp3: "any" } },
    },
    container: ["-f", "mp3"],
  },
  wav: {
    extension: "wav",
    contentType: "audio/wav",
    purpose: "`convertTo: wav`",
    needs: "sound",
    sound: {
      codec: "PCM, 16 bit",
      maxSampleRate: 192_000,
      encode: ["-c:a", "pcm_s16le"],
      copies: { codecs: { pcm_s16le: "any" } },
    },
    container: ["-f", "wav"],
  },
};

/** Stills from a video, JPEG. `quality` is mjpeg's scale: 2 is best, 31 worst. */
export interface StillPreset {
  readonly extension: "jpg";
  readonly contentType: "image/jpeg";
  readonly purpose: string;
  readonly box: FrameBox;
  readonly quality: number;
}

export const STILL_PRESETS = {
  poster: {
    extension: "jpg",
    contentType: "image/jpeg",
    purpose: "every video: the moment of 30 % or the next that is not dark or blank",
    box: FULL_HD,
    quality: 3,
  },
  thumb: {
    extension: "jpg",
    contentType: "image/jpeg",
    purpose: "every video: up to five, from its beginning to its end",
    box: { longEdge: 320, shortEdge: 320 },
    quality: 4,
  },
} as const satisfies Record<string, StillPreset>;

/** The frames that placeholders are made of: a thumbhash takes at most 100 × 100. */
export const PLACEHOLDER_BOX = { longEdge: 100, shortEdge: 100 } as const satisfies FrameBox;

export function isAvConversion(conversion: string): conversion is AvConversion {
  return Object.hasOwn(CONVERSION_PRESETS, conversion);
}
