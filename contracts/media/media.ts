/** What goes in and what may come out, per kind of media. Shared by the page, the API and the workers. */

export const MEDIA_KINDS = ["image", "video", "audio"] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** What `convertTo` may name, per kind: the format of one more, full-size rendition. */
export const CONVERSIONS = {
  image: ["jpeg", "png", "webp", "avif", "gif", "tiff"],
  video: ["mp4", "webm", "gif", "m4a", "mp3", "wav"],
  audio: ["m4a", "mp3", "wav"],
} as const satisfies Record<MediaKind, readonly string[]>;

export type Conversion = (typeof CONVERSIONS)[MediaKind][number];

export function isConversionOf(kind: MediaKind, conversion: string): conversion is Conversion {
  return (CONVERSIONS[kind] as readonly string[]).includes(conversion);
}
