import type { MediaFacts } from "../formats/av-facts.ts";
import type { AvLimits } from "../formats/av-limits.ts";

/** Where a run happens: a private folder that holds its input and gets its output. */
export interface EncoderRun {
  readonly directory: string;
  readonly limits: AvLimits;
  readonly signal: AbortSignal;
}

/** How far ffmpeg is. */
export interface EncoderProgress {
  /** Of the recording: the furthest output up to ffmpeg 6, the last one from 7 on. */
  readonly seconds: number;
  /** Written to the first picture of the first output. */
  readonly frames: number;
}

/**
 * Reads and writes video and audio. Both methods throw MediaError: ENCODER_MISSING where there is no program, TIMEOUT
 * past their limit, CORRUPT_MEDIA, UNSUPPORTED_FORMAT, TOO_MANY_STREAMS and TOO_MANY_PIXELS for the file's fault,
 * ENCODER_FAILED, OUT_OF_DISK; and the signal's reason when that aborts them. Nothing that they started runs on.
 */
export interface Encoder {
  /** What is in `file`, a name in the run's folder. */
  probe(file: string, run: EncoderRun): Promise<MediaFacts>;
  /**
   * Runs ffmpeg with these arguments; `onProgress` hears how much of the recording is done. Returns how much there was.
   */
  run(args: readonly string[], run: EncoderRun, onProgress?: (done: EncoderProgress) => void): Promise<EncoderProgress>;
}
