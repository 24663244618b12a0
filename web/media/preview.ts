import { createLanes } from "../shell/lanes.ts";

const WIDTH_PIXELS = 480;
const MOST_SECONDS = 5;

/** Decoding is what costs: one film at a time leaves the page to the person. */
const lanes = createLanes(1);

/**
 * The address of a still of the film, drawn by this browser; undefined where it cannot play it. Whoever asks revokes the
 * address.
 */
export function grabStill(film: File, signal: AbortSignal): Promise<string | undefined> {
  return lanes.run(async () => {
    if (signal.aborted || !isContainer(new Uint8Array(await film.slice(0, HEAD_BYTES).arrayBuffer()))) return undefined;
    const source = URL.createObjectURL(film);
    try {
      const still = await drawStill(source, AbortSignal.any([signal, AbortSignal.timeout(MOST_SECONDS * 1000)]));
      return still && !signal.aborted ? URL.createObjectURL(still) : undefined;
    } catch {
      return undefined;
    } finally {
      URL.revokeObjectURL(source);
    }
  });
}

const HEAD_BYTES = 12;
/** By the bytes at their offset: MP4 and MOV, MKV and WebM, AVI, Ogg. */
const CONTAINERS: readonly (readonly [offset: number, beginnings: readonly string[]])[] = [
  [4, ["ftyp", "moov", "mdat", "free", "skip", "wide"]],
  [0, ["\x1A\x45\xDF\xA3", "RIFF", "OggS"]],
];

/**
 * Whether a file begins as a film does. A playlist (HLS) that calls itself a film would make the browser's player fetch
 * whatever addresses it names.
 */
export function isContainer(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head);
  return CONTAINERS.some(([offset, beginnings]) => beginnings.some((beginning) => text.startsWith(beginning, offset)));
}

async function drawStill(source: string, signal: AbortSignal): Promise<Blob | undefined> {
  const video = Object.assign(document.createElement("video"), { muted: true, preload: "auto", playsInline: true });
  const loaded = happens(video, "loadeddata", signal);
  video.src = source;
  await loaded;
  const sought = happens(video, "seeked", signal);
  // Films often begin in black.
  video.currentTime = Math.min(1, (video.duration || 0) / 3);
  await sought;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH_PIXELS;
  canvas.height = Math.max(1, Math.round((WIDTH_PIXELS * video.videoHeight) / video.videoWidth));
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  video.removeAttribute("src");
  return blob ?? undefined;
}

function happens(element: HTMLElement, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener(event, () => resolve(), { once: true, signal });
    element.addEventListener("error", () => reject(new Error("This browser can't play it.")), { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
