import { parseFrame } from "./mpeg-frames.ts";

/** The containers of video and audio that are accepted, told apart by their first bytes (threats.md U2). */
export interface Container {
  readonly name: string;
  /** ffmpeg's name of the demuxer that reads it, as ffprobe reports it. */
  readonly demuxer: string;
  /** The type of a file that holds pictures; undefined for a container of sound alone. */
  readonly videoType?: string;
  readonly audioType: string;
}

const MP4_DEMUXER = "mov,mp4,m4a,3gp,3g2,mj2";
const MATROSKA_DEMUXER = "matroska,webm";

export const CONTAINERS = {
  mp4: {
    name: "MP4",
    demuxer: MP4_DEMUXER,
    videoType: "video/mp4",
    audioType: "audio/mp4",
  },
  quicktime: {
    name: "QuickTime",
    demuxer: MP4_DEMUXER,
    videoType: "video/quicktime",
    audioType: "audio/mp4",
  },
  matroska: {
    name: "Matroska",
    demuxer: MATROSKA_DEMUXER,
    videoType: "video/x-matroska",
    audioType: "audio/x-matroska",
  },
  webm: {
    name: "WebM",
    demuxer: MATROSKA_DEMUXER,
    videoType: "video/webm",
    audioType: "audio/webm",
  },
  avi: {
    name: "AVI",
    demuxer: "avi",
    videoType: "video/x-msvideo",
    audioType: "video/x-msvideo",
  },
  wav: { name: "WAV", demuxer: "wav", audioType: "audio/wav" },
  ogg: { name: "Ogg", demuxer: "ogg", videoType: "video/ogg", audioType: "audio/ogg" },
  flac: { name: "FLAC", demuxer: "flac", audioType: "audio/flac" },
  mp3: { name: "MP3", demuxer: "mp3", audioType: "audio/mpeg" },
  aac: { name: "AAC", demuxer: "aac", audioType: "audio/aac" },
} as const satisfies Record<string, Container>;

/** How many bytes of a file `sniffContainers` wants. */
export const SNIFFED_BYTES = 4096;

/**
 * The only demuxers that ffmpeg may open a file with, as ffmpeg's `-format_whitelist` wants them (threats.md F1):
 * exactly those of the containers above. Playlists (hls, concat, dash), which name other files and URLs, are not among them.
 */
export const DEMUXER_WHITELIST = [...new Set(Object.values(CONTAINERS).map((container) => container.demuxer))].join(
  ",",
);

/** HEIC, AVIF and raw photographs are ISO files like MP4, and ffmpeg would take them for a film of one frame. */
const PHOTOGRAPH_BRANDS = ["avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "crx "];
/** QuickTime files from before 2001 begin without `ftyp`. */
const OLD_QUICKTIME_BOXES = ["moov", "mdat", "wide", "free", "skip", "pnot"];

const EBML_MAGIC = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);

/** What the first bytes allow; empty when they are of none of the containers. Several only behind an ID3 tag. */
export function sniffContainers(head: Buffer): readonly Container[] {
  const text = (start: number, end: number) => head.toString("latin1", start, end);
  if (text(4, 8) === "ftyp") return sniffBrand(text(8, 12));
  if (OLD_QUICKTIME_BOXES.includes(text(4, 8))) return [CONTAINERS.quicktime];
  if (head.subarray(0, 4).equals(EBML_MAGIC)) return [sniffDocType(head)];
  if (text(0, 4) === "RIFF" && text(8, 12) === "AVI ") return [CONTAINERS.avi];
  if (["RIFF", "RF64"].includes(text(0, 4)) && text(8, 12) === "WAVE") return [CONTAINERS.wav];
  if (text(0, 4) === "OggS") return [CONTAINERS.ogg];
  if (text(0, 4) === "fLaC") return [CONTAINERS.flac];
  return sniffSound(head);
}

/** The containers that have no magic number: recorders and splitters leave zeros before them. */
export function sniffSound(head: Buffer): readonly Container[] {
  // The tag may be longer than what was read; which of these follows it, ffprobe finds out.
  if (head.toString("latin1", 0, 3) === "ID3") return [CONTAINERS.mp3, CONTAINERS.aac, CONTAINERS.flac];
  const frame = parseFrame(head);
  return frame ? [CONTAINERS[frame.kind]] : [];
}

function sniffBrand(brand: string): readonly Container[] {
  if (PHOTOGRAPH_BRANDS.includes(brand)) return [];
  return [brand === "qt  " ? CONTAINERS.quicktime : CONTAINERS.mp4];
}

function sniffDocType(head: Buffer): Container {
  return head.subarray(0, 64).includes("webm") ? CONTAINERS.webm : CONTAINERS.matroska;
}
