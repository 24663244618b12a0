import { MEDIA_KINDS, type MediaKind } from "./media.ts";

/** A format that uploads may be in. */
export interface AcceptedFormat {
  /** As people call it. */
  readonly name: string;
  /** What the upload is signed with, and what the worker calls such a file once it has read it. */
  readonly contentType: string;
  /** What browsers, recorders and systems call it besides. Lower case, without parameters. */
  readonly aliases: readonly string[];
  /** Lower case, without the dot; the first is the usual one. */
  readonly extensions: readonly string[];
}

/** `aliases` and `extensions` are divided by blanks. */
function accept(name: string, contentType: string, extensions: string, aliases = ""): AcceptedFormat {
  return { name, contentType, extensions: extensions.split(" "), aliases: aliases.split(" ").filter(Boolean) };
}

/**
 * The one list of what goes in: presign, `GET /limits` and the page read it. The worker believes the bytes and not what was
 * declared (threats.md U2), so an alias need only name a container that the worker reads.
 */
export const ACCEPTED_FORMATS: Readonly<Record<MediaKind, readonly AcceptedFormat[]>> = {
  image: [
    accept("JPEG", "image/jpeg", "jpg jpeg jpe jfif", "image/jpg image/pjpeg image/jfif"),
    accept("PNG", "image/png", "png apng", "image/x-png image/apng image/vnd.mozilla.apng"),
    accept("WebP", "image/webp", "webp", "image/x-webp"),
    accept("AVIF", "image/avif", "avif"),
    accept("GIF", "image/gif", "gif", "image/x-gif"),
    accept("TIFF", "image/tiff", "tif tiff", "image/tif image/x-tif image/x-tiff"),
    accept("HEIC", "image/heic", "heic heif hif", "image/heif image/x-heic image/x-heif"),
  ],
  video: [
    accept("MP4", "video/mp4", "mp4 m4v f4v", "video/x-mp4 video/m4v video/x-m4v video/x-f4v application/mp4"),
    accept("3GP", "video/mp4", "3gp 3gpp 3g2 3gpp2", "video/3gpp video/3gp video/3gpp2 video/3g2"),
    accept("MOV", "video/quicktime", "mov qt", "video/mov video/x-quicktime"),
    accept("WebM", "video/webm", "webm"),
    accept("MKV", "video/x-matroska", "mkv mk3d", "video/matroska video/mkv video/x-mkv application/x-matroska"),
    accept("AVI", "video/x-msvideo", "avi", "video/avi video/msvideo video/vnd.avi video/x-avi"),
    accept("Ogg video", "video/ogg", "ogv", "video/x-ogg video/theora video/x-theora video/x-theora+ogg"),
  ],
  audio: [
    accept(
      "MP3",
      "audio/mpeg",
      "mp3",
      "audio/mp3 audio/x-mp3 audio/mpeg3 audio/x-mpeg-3 audio/x-mpeg audio/mpg audio/x-mpg",
    ),
    accept(
      "M4A",
      "audio/mp4",
      "m4a m4b m4r",
      "audio/m4a audio/x-m4a audio/m4b audio/x-m4b audio/x-mp4 audio/mp4a-latm audio/3gpp audio/3gpp2",
    ),
    accept("AAC", "audio/aac", "aac adts", "audio/x-aac audio/aacp audio/adts audio/vnd.dlna.adts"),
    accept("WAV", "audio/wav", "wav wave", "audio/x-wav audio/wave audio/vnd.wave audio/x-pn-wav"),
    accept(
      "Ogg",
      "audio/ogg",
      "ogg oga opus",
      "audio/x-ogg audio/opus audio/x-opus+ogg audio/vorbis audio/x-vorbis audio/x-vorbis+ogg application/ogg application/x-ogg",
    ),
    accept("FLAC", "audio/flac", "flac", "audio/x-flac"),
    accept("WebM sound", "audio/webm", "weba"),
    accept("MKA", "audio/x-matroska", "mka", "audio/matroska audio/mka"),
  ],
};

export interface KindOfFormat {
  readonly kind: MediaKind;
  readonly format: AcceptedFormat;
}

/** By the type that is signed or by an alias; lower case, without parameters. */
export function findFormatByType(contentType: string): KindOfFormat | undefined {
  return findFormat((format) => format.contentType === contentType || format.aliases.includes(contentType));
}

/** Lower case, without the dot. */
export function findFormatByExtension(extension: string): KindOfFormat | undefined {
  return findFormat((format) => format.extensions.includes(extension));
}

function findFormat(matches: (format: AcceptedFormat) => boolean): KindOfFormat | undefined {
  for (const kind of MEDIA_KINDS) {
    const format = ACCEPTED_FORMATS[kind].find(matches);
    if (format) return { kind, format };
  }
  return undefined;
}
