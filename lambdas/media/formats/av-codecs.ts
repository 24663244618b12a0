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

/**
 * Codecs that stand beside what is read: a cover in PNG, a second sound for a home cinema, an old camera's picture.
 * ffprobe opens the decoder of every stream once it has looked at them all, and gives up the whole file where one may
 * not be opened. These it may open, and no more: not one packet is ever decoded by them (`probeArguments`).
 */
const NAMED_PICTURES = [
  ...["png", "apng", "gif", "bmp", "tiff", "webp", "jpeg2000", "libopenjpeg", "jpegls", "targa", "mjpegb", "amv"],
  ...["wmv1", "wmv2", "wmv3", "wmv3image", "vc1", "vc1image", "msmpeg4v1", "mss1", "mss2", "mts2", "msa1"],
  ...["h261", "h263i", "h263p", "flv", "flashsv", "flashsv2", "vp3", "vp4", "vp5", "vp6", "vp6a", "vp6f", "vp7"],
  ...["rv10", "rv20", "rv30", "rv40", "svq1", "svq3", "cinepak", "indeo2", "indeo3", "indeo4", "indeo5"],
  ...["rpza", "smc", "qtrle", "8bps", "qdraw", "pixlet", "aic", "msvideo1", "msrle", "rawvideo", "cljr", "cyuv"],
  ...["v210", "v210x", "v308", "v408", "v410", "r10k", "r210", "y41p", "yuv4", "ayuv", "avui", "avrp", "012v"],
  ...["ffv1", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "lagarith", "loco", "vble", "ylc", "sheervideo", "snow"],
  ...["dnxhd", "cfhd", "hap", "dxv", "hq_hqa", "hqx", "speedhq", "notchlc", "exr", "dpx", "mvha", "mvdv"],
  ...["camtasia", "tscc2", "camstudio", "zmbv", "fraps", "g2m", "screenpresso", "rasc", "rscc", "mszh", "zlib", "vmnc"],
  ...["dirac", "cavs", "asv1", "asv2", "truemotion1", "truemotion2", "ultimotion", "qpeg", "wnv1"],
  ...["mimic", "mobiclip", "aasc", "kmvc", "xan_wc3", "flic", "nuv", "vvc", "dxtory", "avrn", "lscr", "scpr"],
] as const;

const NAMED_SOUNDS = [
  ...["truehd", "mlp", "dolby_e", "wmav1", "wmav2", "wmapro", "wmalossless", "wmavoice", "xma1", "xma2"],
  ...[
    "cook",
    "sipr",
    "real_144",
    "real_288",
    "ralf",
    "atrac1",
    "atrac3",
    "atrac3al",
    "atrac3plus",
    "atrac3plusal",
    "atrac9",
  ],
  ...["qdm2", "qdmc", "mace3", "mace6", "gsm", "gsm_ms", "libgsm", "libgsm_ms", "speex", "libspeex", "ilbc"],
  ...["tta", "wavpack", "ape", "als", "shorten", "tak", "aac_latm", "mp1", "mp1float", "mp3adu", "mp3adufloat"],
  ...[
    "mp3on4",
    "mp3on4float",
    "mpc7",
    "mpc8",
    "nellymoser",
    "evrc",
    "qcelp",
    "g722",
    "g723_1",
    "g726",
    "g726le",
    "g729",
  ],
  ...[
    "truespeech",
    "imc",
    "iac",
    "metasound",
    "twinvq",
    "on2avc",
    "sonic",
    "hca",
    "s302m",
    "libcodec2",
    "comfortnoise",
    "siren",
    "sbc",
  ],
  ...[
    "dsd_lsbf",
    "dsd_msbf",
    "dsd_lsbf_planar",
    "dsd_msbf_planar",
    "dst",
    "dss_sp",
    "qoa",
    "osq",
    "rka",
    "bonk",
    "dvaudio",
  ],
  ...["adpcm_yamaha", "adpcm_swf", "adpcm_ima_amv", "adpcm_ct", "adpcm_sbpro_2"],
  ...["adpcm_sbpro_3", "adpcm_sbpro_4", "adpcm_ima_dk3", "adpcm_ima_dk4", "adpcm_ima_oki", "adpcm_xa", "adpcm_adx"],
  ...["pcm_u16le", "pcm_u16be", "pcm_u24le", "pcm_u24be", "pcm_u32le", "pcm_u32be", "pcm_f16le", "pcm_f24le"],
  ...["pcm_f64be", "pcm_dvd", "pcm_bluray", "pcm_s24daud", "pcm_s16le_planar", "pcm_s24le_planar", "pcm_s32le_planar"],
  ...["pcm_s16be_planar", "pcm_s8_planar", "pcm_s64le", "pcm_s64be", "pcm_vidc", "pcm_lxf"],
] as const;

const NAMED_SUBTITLES = ["libzvbi_teletextdec", "sami", "stl", "realtext"];

/** For the `-codec_whitelist` of ffmpeg and ffprobe, which names decoders. */
export const DECODER_WHITELIST = [
  ...Object.values(PICTURE_CODECS).flat(),
  ...Object.values(SOUND_CODECS).flat(),
  ...SUBTITLE_DECODERS,
].join(",");

/** What ffprobe alone may open besides, to say that it is there. */
export const NAMED_DECODERS = [...NAMED_PICTURES, ...NAMED_SOUNDS, ...NAMED_SUBTITLES].join(",");

export function isPictureCodec(codec: string): boolean {
  return Object.hasOwn(PICTURE_CODECS, codec);
}

export function isSoundCodec(codec: string): boolean {
  return Object.hasOwn(SOUND_CODECS, codec);
}
