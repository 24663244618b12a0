/**
 * What a file declares itself to be. Browsers know a type by the system's own list and leave it empty for the rest, so
 * the extension decides then; the worker looks at the bytes whatever is said here.
 */
const BY_EXTENSION: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
  gif: "image/gif",
  tif: "image/tiff",
  tiff: "image/tiff",
  heic: "image/heic",
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
  avi: "video/x-msvideo",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  aac: "audio/aac",
  wav: "audio/wav",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  flac: "audio/flac",
};

/** Names that systems use for a type the API knows by another. */
const ALIASES: Record<string, string> = {
  "image/jpg": "image/jpeg",
  "video/x-m4v": "video/mp4",
  "video/avi": "video/x-msvideo",
  "video/matroska": "video/x-matroska",
  "audio/mp3": "audio/mpeg",
  "audio/x-flac": "audio/flac",
  "audio/wave": "audio/wav",
  "application/ogg": "audio/ogg",
};

export function contentTypeOf(file: { readonly name: string; readonly type: string }): string {
  const declared = file.type.toLowerCase().split(";")[0] ?? "";
  const extension = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  return ALIASES[declared] ?? (declared || (BY_EXTENSION[extension] ?? "application/octet-stream"));
}
