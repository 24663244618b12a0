/** What goes in and what may come out, per kind of media. Shared by the page, the API and the workers. */

export const MEDIA_KINDS = ["image", "video", "audio"] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** The content types that an upload may declare. The worker believes the bytes, not the declaration. */
export const ACCEPTED_CONTENT_TYPES = {
  image: ["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif", "image/tiff"],
  video: ["video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-msvideo"],
  audio: [
    "audio/mpeg",
    "audio/mp4",
    "audio/x-m4a",
    "audio/aac",
    "audio/wav",
    "audio/x-wav",
    "audio/ogg",
    "audio/flac",
    "audio/webm",
  ],
} as const satisfies Record<MediaKind, readonly string[]>;

/** What `convertTo` may name, per kind: the format of one more, full-size rendition. */
export const CONVERSIONS = {
  image: ["jpeg", "png", "webp", "avif", "gif", "tiff"],
  video: ["mp4", "webm", "gif", "m4a", "mp3", "wav"],
  audio: ["m4a", "mp3", "wav"],
} as const satisfies Record<MediaKind, readonly string[]>;

export type Conversion = (typeof CONVERSIONS)[MediaKind][number];

/** The kind that a declared content type belongs to; undefined when it is not accepted. */
export function findMediaKind(contentType: string): MediaKind | undefined {
  return MEDIA_KINDS.find((kind) => (ACCEPTED_CONTENT_TYPES[kind] as readonly string[]).includes(contentType));
}

export function isConversionOf(kind: MediaKind, conversion: string): conversion is Conversion {
  return (CONVERSIONS[kind] as readonly string[]).includes(conversion);
}
