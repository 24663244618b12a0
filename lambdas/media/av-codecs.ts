/**
 * The codecs that are read. ffmpeg knows some four hundred; most of its security holes were in the ones that nobody
 * uploads. Key: the codec as ffprobe names it. Value: the decoders that may read it, of which ffmpeg takes the first
 * that its build has.
 */
const PICTURE_CODECS = {
  h264: ["h264"],
  hevc: ["hevc"],
  vp8: ["vp8", "libvpx"],
  vp9: ["vp9", "libvpx-vp9"],
  av1: ["libdav1d", "libaom-av1", "av1"],
  mpeg4: ["mpeg4"],
  mpeg1video: ["mpeg1video"],
  mpeg2video: ["mpeg2video"],
  h263: ["h263"],
  msmpeg4v2: ["msmpeg4v2"],
  msmpeg4v3: ["msmpeg4"],
  mjpeg: ["mjpeg"],
  prores: ["prores"],
  dvvideo: ["dvvideo"],
  theora: ["theora"],
} as const satisfies Record<string, readonly string[]>;

const SOUND_CODECS = {
  aac: ["aac", "libfdk_aac"],
  mp3: ["mp3float", "mp3"],
  mp2: ["mp2float", "mp2"],
  opus: ["opus", "libopus"],
  vorbis: ["vorbis", "libvorbis"],
  flac: ["flac"],
  alac: ["alac"],
  ac3: ["ac3"],
  eac3: ["eac3"],
  dts: ["dca"],
  amr_nb: ["amrnb"],
  amr_wb: ["amrwb"],
  adpcm_ms: ["adpcm_ms"],
  adpcm_ima_wav: ["adpcm_ima_wav"],
  adpcm_ima_qt: ["adpcm_ima_qt"],
  pcm_u8: ["pcm_u8"],
  pcm_s8: ["pcm_s8"],
  pcm_s16le: ["pcm_s16le"],
  pcm_s16be: ["pcm_s16be"],
  pcm_s24le: ["pcm_s24le"],
  pcm_s24be: ["pcm_s24be"],
  pcm_s32le: ["pcm_s32le"],
  pcm_s32be: ["pcm_s32be"],
  pcm_f32le: ["pcm_f32le"],
  pcm_f32be: ["pcm_f32be"],
  pcm_f64le: ["pcm_f64le"],
  pcm_alaw: ["pcm_alaw"],
  pcm_mulaw: ["pcm_mulaw"],
} as const satisfies Record<string, readonly string[]>;

/** Nothing is made of subtitles, but ffprobe opens the decoder of every stream and gives up where it may not. */
const SUBTITLE_DECODERS = [
  ...["mov_text", "srt", "subrip", "text", "webvtt", "ssa", "ass"],
  ...["dvdsub", "dvbsub", "pgssub", "xsub", "cc_dec"],
] as const;

/** For the `-codec_whitelist` of ffmpeg and ffprobe, which names decoders. */
export const DECODER_WHITELIST = [
  ...Object.values(PICTURE_CODECS).flat(),
  ...Object.values(SOUND_CODECS).flat(),
  ...SUBTITLE_DECODERS,
].join(",");

export function isPictureCodec(codec: string): boolean {
  return Object.hasOwn(PICTURE_CODECS, codec);
}

export function isSoundCodec(codec: string): boolean {
  return Object.hasOwn(SOUND_CODECS, codec);
}
