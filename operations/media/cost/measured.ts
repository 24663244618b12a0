/**
 * What one job takes, as measured with bench/ (the functions' own cores; medians, of 7 for pictures and of 3 for films) on one x86-64 core of an EPYC with
 * Node 20.20, sharp 0.35.5 and ffmpeg 5.1. CPU and not time: blind to a busy neighbour.
 */
export const MEASURED_IN = "November 2026";

export interface MeasuredJob {
  /** Of all that the worker does, on the machine that measures. */
  readonly cpuMs: number;
  readonly sourceBytes: number;
  /** Of all renditions together. */
  readonly renditionBytes: number;
}

/** A phone's JPEG of 12 MP; all four widths, as JPEG and WebP, and with AVIF besides. */
export const IMAGE: MeasuredJob = { cpuMs: 116, sourceBytes: 3_984_000, renditionBytes: 246_000 };
export const IMAGE_WITH_AVIF: MeasuredJob = { cpuMs: 165, sourceBytes: 3_984_000, renditionBytes: 317_000 };

/** Ten seconds of Full HD with sound, encoded to mp4, with a poster and five thumbnails. A film that fits is only copied. */
export const FILM: MeasuredJob = { cpuMs: 13_200, sourceBytes: 12_308_000, renditionBytes: 11_228_000 };
export const FILM_RENDITIONS = 7;

/** performance.md's planning factor: a vCPU of Lambda on arm64 against a core of the machines that measure. */
export const ARM_FACTOR = 2.5;
