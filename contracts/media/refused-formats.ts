/** A format that people, or attackers, send and that is refused by its name. */
export interface RefusedFormat {
  /** Completes "This is …". */
  readonly what: string;
  /** What its owner can do, in one sentence. */
  readonly advice: string;
  /** Lower case, without parameters; none for what only the bytes tell. */
  readonly contentTypes: readonly string[];
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
}

const AS_PICTURE = "Export it as JPEG or PNG and add it again.";
const PAGES_AS_PICTURES = "Export its pages as JPEG or PNG and add those.";
const AS_ANIMATION = "Export it as GIF, WebP or MP4 and add it again.";
const AS_FILM = "Export it as MP4 and add it again.";
const AS_SOUND = "Export it as M4A, MP3 or WAV and add it again.";
const SOMETHING_ELSE = "Add a picture, a film or a recording instead.";

/** `extensions` and `contentTypes` are divided by blanks. */
function refuse(what: string, advice: string, extensions = "", contentTypes = ""): RefusedFormat {
  return { what, advice, extensions: listWords(extensions), contentTypes: listWords(contentTypes) };
}

function listWords(text: string): string[] {
  return text.split(" ").filter(Boolean);
}

/**
 * The one list of what is refused by name, at presign by declared type or extension, and in the workers by the bytes. Where
 * an entry fits a file of several kinds, its words do too.
 */
export const REFUSED_FORMATS = {
  mpegTransportStream: refuse(
    "an MPEG transport stream",
    AS_FILM,
    "ts mts m2ts m2t trp",
    "video/mp2t video/mpegts video/vnd.dlna.mpeg-tts",
  ),
  mpegProgramStream: refuse(
    "an MPEG video of a DVD or an old camera",
    AS_FILM,
    "mpg mpeg mpe m1v m2v m2p vob evo mod tod",
    "video/mpeg2 video/x-mpeg2 video/mp2p video/dvd",
  ),
  windowsMediaVideo: refuse(
    "a Windows Media video",
    AS_FILM,
    "wmv asf wm dvr-ms",
    "video/x-ms-wmv video/x-ms-asf video/x-ms-wm video/wmv application/vnd.ms-asf",
  ),
  windowsMediaAudio: refuse("a Windows Media recording", AS_SOUND, "wma"),
  /** WMV and WMA begin with the same bytes. */
  windowsMedia: refuse("a Windows Media file", "Export it as MP4 or MP3 and add it again."),
  flash: refuse("a Flash video", AS_FILM, "flv swf", "application/x-shockwave-flash"),
  realMedia: refuse(
    "a RealMedia file",
    "Export it as MP4 or MP3 and add it again.",
    "rm rmvb ra rv",
    "application/vnd.rn-realmedia application/vnd.rn-realmedia-vbr video/vnd.rn-realvideo video/x-pn-realvideo " +
      "audio/vnd.rn-realaudio audio/x-pn-realaudio audio/x-realaudio",
  ),
  mxf: refuse("an MXF camera recording", AS_FILM, "mxf"),
  rawVideo: refuse("a raw video stream", AS_FILM, "dv dif h264 264 avc h265 265 hevc ivf obu y4m yuv"),
  amr: refuse("an AMR voice recording", AS_SOUND, "amr awb"),
  aiff: refuse("an AIFF recording", AS_SOUND, "aif aiff aifc"),
  caf: refuse("a CAF recording", AS_SOUND, "caf"),
  dolby: refuse("a Dolby Digital recording", AS_SOUND, "ac3 eac3 ec3 ac4 mlp thd", "audio/vnd.dolby.dd-raw"),
  dts: refuse("a DTS recording", AS_SOUND, "dts dtshd"),
  mpegLayer2: refuse("an MPEG layer 2 recording", AS_SOUND, "mp2 mp1 mpa m2a"),
  midi: refuse("a MIDI file", "Export its sound as M4A, MP3 or WAV and add that.", "mid midi kar rmi"),
  monkeysAudio: refuse("a Monkey's Audio recording", AS_SOUND, "ape", "audio/x-monkeys-audio"),
  wavPack: refuse("a WavPack recording", AS_SOUND, "wv", "audio/wavpack audio/x-wavpack"),
  musepack: refuse("a Musepack recording", AS_SOUND, "mpc mpp", "audio/musepack audio/x-musepack"),
  dsd: refuse("a DSD recording", AS_SOUND, "dsf dff", "audio/dsd audio/x-dsd"),
  sunAudio: refuse("a Sun audio recording", AS_SOUND, "au snd", "audio/basic"),
  speex: refuse("a Speex recording", AS_SOUND, "spx", "audio/speex audio/x-speex audio/x-speex+ogg"),
  copyProtected: refuse(
    "a copy-protected recording",
    "Add a copy that is not protected.",
    "m4p aa aax aaxc",
    "audio/vnd.audible audio/x-pn-audibleaudio",
  ),
  rareSound: refuse("a recording in a rare format", AS_SOUND, "tta tak shn ofr gsm vox voc w64 dss ds2 dvf msv"),
  playlist: refuse(
    "a playlist",
    "Add the recording itself.",
    "m3u m3u8 pls mpd xspf asx wax wvx wpl ram",
    "application/vnd.apple.mpegurl application/x-mpegurl audio/x-mpegurl audio/mpegurl audio/x-scpls " +
      "application/dash+xml video/vnd.mpegurl",
  ),
  subtitles: refuse("a file of subtitles", "Add the film itself.", "srt vtt ass ssa sbv ttml", "application/x-subrip"),
  heicSequence: refuse(
    "a HEIC sequence of several frames",
    "Export one of its pictures, or all as a film in MP4, and add that.",
    "heics heifs",
    "image/heic-sequence image/heif-sequence",
  ),
  animatedAvif: refuse("an animated AVIF", AS_ANIMATION, "avifs", "image/avif-sequence"),
  animatedPng: refuse("an animated PNG", AS_ANIMATION),
  svg: refuse("an SVG drawing", AS_PICTURE, "svg svgz"),
  pdf: refuse("a PDF document", PAGES_AS_PICTURES, "pdf"),
  photoshop: refuse(
    "a Photoshop document",
    AS_PICTURE,
    "psd psb",
    "image/vnd.adobe.photoshop application/photoshop application/x-photoshop",
  ),
  postScript: refuse(
    "a PostScript or Illustrator drawing",
    AS_PICTURE,
    "eps ps ai",
    "application/postscript application/illustrator",
  ),
  editorsDocument: refuse(
    "a document of one program alone",
    AS_PICTURE,
    "xcf kra sketch fig xd afphoto afdesign procreate clip indd cdr",
    "application/x-krita application/x-indesign",
  ),
  bmp: refuse("a BMP picture", AS_PICTURE, "bmp dib"),
  icon: refuse("an icon", AS_PICTURE, "ico cur icns", "image/x-icon image/vnd.microsoft.icon"),
  jpegXl: refuse("a JPEG XL picture", AS_PICTURE, "jxl"),
  jpeg2000: refuse(
    "a JPEG 2000 picture",
    AS_PICTURE,
    "jp2 j2k j2c jpc jpf jpx jpm mj2",
    "image/jpeg2000 image/x-jpeg2000-image",
  ),
  cameraRaw: refuse(
    "a camera's raw photo",
    AS_PICTURE,
    "dng cr2 cr3 crw nef nrw arw srf sr2 raf orf rw2 raw pef srw x3f 3fr fff erf kdc dcr k25 mos mef mrw rwl iiq gpr",
    "image/x-dcraw",
  ),
  studioPicture: refuse("an EXR or Radiance picture", AS_PICTURE, "exr hdr", "image/aces image/vnd.radiance"),
  rarePicture: refuse(
    "a picture in a rare format",
    AS_PICTURE,
    "tga pcx pnm ppm pgm pbm pam wbmp xbm xpm dds jbig jb2 wmf emf sgi ras jxr wdp hdp",
    "image/x-targa image/x-portable-anymap image/x-portable-pixmap " +
      "image/x-portable-graymap image/x-portable-bitmap image/x-xbitmap image/x-xpixmap " +
      "image/vnd.ms-photo",
  ),
  djvu: refuse("a DjVu document", PAGES_AS_PICTURES, "djvu djv"),
  dicom: refuse("a medical picture (DICOM)", AS_PICTURE, "dcm dicom"),
  office: refuse(
    "an office document",
    PAGES_AS_PICTURES,
    "doc docx xls xlsx ppt pptx odt ods odp odg pages numbers key rtf epub mobi",
    "application/msword application/vnd.ms-excel application/vnd.ms-powerpoint " +
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document " +
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet " +
      "application/vnd.openxmlformats-officedocument.presentationml.presentation " +
      "application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet " +
      "application/vnd.oasis.opendocument.presentation",
  ),
  webPage: refuse("a web page", SOMETHING_ELSE, "html htm xhtml mhtml"),
  xml: refuse("an XML document", SOMETHING_ELSE, "xml xmp"),
  text: refuse(
    "a text file",
    SOMETHING_ELSE,
    "txt md csv tsv json jsonl log yaml yml ini css js",
    "text/plain text/markdown text/javascript application/javascript",
  ),
  archive: refuse(
    "an archive",
    "Unpack it and add the files inside.",
    "zip 7z rar gz tgz tar bz2 xz zst lz4 cab",
    "application/gzip application/x-gzip application/x-bzip2 " + "application/zstd application/x-compressed",
  ),
  program: refuse(
    "a program or a disk image",
    SOMETHING_ELSE,
    "exe msi dll dmg iso img apk ipa deb rpm sh bat cmd jar com scr",
    "application/x-msdownload application/x-msdos-program application/x-executable application/x-apple-diskimage " +
      "application/vnd.microsoft.portable-executable application/vnd.android.package-archive " +
      "application/java-archive application/x-iso9660-image",
  ),
  virusTest: refuse("the EICAR test file for virus scanners", SOMETHING_ELSE),
} as const satisfies Record<string, RefusedFormat>;

/** "This is a Windows Media video, which can't be opened. Export it as MP4 and add it again." */
export function describeRefusal({ what, advice }: Pick<RefusedFormat, "what" | "advice">): string {
  return `This is ${what}, which can't be opened. ${advice}`;
}

/**
 * Lower case, without parameters. Most types have their extension for a word of their name (`image/x-canon-cr2`,
 * `image/svg+xml`): only the others are listed.
 */
export function findRefusalByType(contentType: string): RefusedFormat | undefined {
  const listed = listRefusals().find((format) => format.contentTypes.includes(contentType));
  if (listed) return listed;
  const words = contentType.replace(/^.*\//, "").split(/[.+-]/);
  return words.map(findRefusalByExtension).find((refusal) => refusal !== undefined);
}

/** Lower case, without the dot. */
export function findRefusalByExtension(extension: string): RefusedFormat | undefined {
  return listRefusals().find((format) => format.extensions.includes(extension));
}

export function listRefusals(): readonly RefusedFormat[] {
  return Object.values(REFUSED_FORMATS);
}
