import type { MediaKind } from "../../../contracts/media/media.ts";
import { MediaError } from "../errors.ts";
import type { MediaFacts } from "./av-facts.ts";

/** What a video or audio job may cost at most (threats.md F2, F3). */
export interface AvLimits {
  readonly maxVideoBytes: number;
  readonly maxAudioBytes: number;
  readonly maxDurationSeconds: number;
  /** Of what has no picture, or is taken as sound alone. */
  readonly maxAudioDurationSeconds: number;
  /** Pixels of one frame, as stored. */
  readonly maxFramePixels: number;
  readonly maxStreams: number;
  /** One rendition. */
  readonly maxOutputBytes: number;
  /** Of one run of ffmpeg; the function's own deadline may come earlier. */
  readonly encodeSeconds: number;
  readonly probeSeconds: number;
  /** Of the decoder and of each encoder. */
  readonly threads: number;
}

export const DEFAULT_AV_LIMITS = {
  maxVideoBytes: 500_000_000,
  maxAudioBytes: 200_000_000,
  maxDurationSeconds: 3600,
  maxAudioDurationSeconds: 14_400,
  /**
   * Action cameras' 5.3K (5312 × 2988), and open gate of 4K (3840 × 2880). A decoder keeps up to 16 frames and its threads a few
   * more: 20 of 48 MB in ten bits are 1 GB, of 96 MB in 4:4:4 1.9 GB, and x264 takes 0.4 GB of convert's 3 008 MB.
   */
  maxFramePixels: 16_000_000,
  /** Films with many subtitles have some forty. */
  maxStreams: 64,
  maxOutputBytes: 1_000_000_000,
  /** Lambda's longest timeout is 900 s. */
  encodeSeconds: 840,
  probeSeconds: 20,
  threads: 2,
} as const satisfies AvLimits;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_PER_VCPU = 1769;

/** As many as a Lambda function of this size has vCPUs, and one for what it has of another. */
export function countThreads(memoryMb: number): number {
  return Math.ceil(memoryMb / MB_PER_VCPU);
}

/** Throws MediaError TOO_MANY_STREAMS or TOO_MANY_PIXELS. */
export function checkLimits(facts: MediaFacts, limits: AvLimits): void {
  if (facts.streamCount > limits.maxStreams) throw createTooManyStreamsError(limits.maxStreams, facts.streamCount);
  const pixels = facts.picture ? facts.picture.storedWidth * facts.picture.storedHeight : 0;
  if (facts.picture && pixels > limits.maxFramePixels) {
    const size = `${facts.picture.storedWidth} × ${facts.picture.storedHeight}`;
    throw createTooManyPixelsError(limits.maxFramePixels, size);
  }
}

/** The same limits, with the duration of what is made of the file: a sound may be longer than a film. */
export function limitDuration(facts: MediaFacts, kind: MediaKind, limits: AvLimits): AvLimits {
  const isSound = kind === "audio" || !facts.picture;
  return isSound ? { ...limits, maxDurationSeconds: limits.maxAudioDurationSeconds } : limits;
}

/** Throws MediaError TOO_LONG. */
export function checkDuration(durationSeconds: number, { maxDurationSeconds }: AvLimits): void {
  if (durationSeconds <= maxDurationSeconds) return;
  const longest =
    maxDurationSeconds < 600 ? `${maxDurationSeconds} seconds` : `${Math.floor(maxDurationSeconds / 60)} minutes`;
  throw new MediaError(
    "TOO_LONG",
    `The recording is longer than the ${longest} that are accepted. Upload it in parts.`,
  );
}

export function createTooManyStreamsError(maxStreams: number, found?: number): MediaError {
  const holds = found === undefined ? "too many" : `${found}`;
  return new MediaError("TOO_MANY_STREAMS", `The file holds ${holds} streams; at most ${maxStreams} are accepted.`);
}

export function createTooManyPixelsError(maxPixels: number, size?: string): MediaError {
  const megapixels = (maxPixels / 1e6).toFixed(1);
  const found = size === undefined ? "The picture" : `The picture of ${size} pixels`;
  return new MediaError("TOO_MANY_PIXELS", `${found} is larger than the ${megapixels} million pixels accepted.`);
}
