import { REFUSED_FORMATS, type RefusedFormat } from "../../../contracts/media/refused-formats.ts";
import { ascii, isoBrands, startsWith } from "./signatures.ts";

interface Signature {
  readonly format: Pick<RefusedFormat, "what" | "advice">;
  readonly matches: (head: Buffer) => boolean;
}

/** A sound or a film behind one of these has a right owner, whose key we lack. */
const PROTECTED_BRANDS = ["M4P ", "M4VP", "aax ", "aaxc"];
const PICTURE_BRANDS = ["avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];
/** Text is looked at after blanks and a byte order mark. */
const TEXT_HEAD_BYTES = 1024;

const text = (pattern: RegExp) => (head: Buffer) => pattern.test(readText(head));
const begins = (...signatures: readonly (string | readonly number[])[]) => {
  const all = signatures.map((signature) => (typeof signature === "string" ? [...Buffer.from(signature)] : signature));
  return (head: Buffer) => all.some((signature) => startsWith(head, signature));
};

/**
 * What is refused by its name (contracts/media/refused-formats.ts), by its first bytes: those of no accepted container. The
 * order matters where one signature holds another.
 */
const SIGNATURES: readonly Signature[] = [
  { format: REFUSED_FORMATS.copyProtected, matches: (head) => PROTECTED_BRANDS.includes(isoBrands(head)[0] ?? "") },
  { format: REFUSED_FORMATS.copyProtected, matches: (head) => startsWith(head.subarray(4), [0x57, 0x90, 0x75, 0x36]) },
  { format: REFUSED_FORMATS.windowsMedia, matches: begins([0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11]) },
  { format: REFUSED_FORMATS.flash, matches: begins("FLV\x01", "FWS", "CWS", "ZWS") },
  { format: REFUSED_FORMATS.realMedia, matches: begins(".RMF", [0x2e, 0x72, 0x61, 0xfd]) },
  { format: REFUSED_FORMATS.mxf, matches: begins([0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01]) },
  { format: REFUSED_FORMATS.amr, matches: begins("#!AMR") },
  { format: REFUSED_FORMATS.aiff, matches: (head) => isIff(head, "FORM", ["AIFF", "AIFC"]) },
  { format: REFUSED_FORMATS.caf, matches: begins("caff") },
  { format: REFUSED_FORMATS.midi, matches: (head) => begins("MThd")(head) || isIff(head, "RIFF", ["RMID"]) },
  { format: REFUSED_FORMATS.monkeysAudio, matches: begins("MAC ") },
  { format: REFUSED_FORMATS.wavPack, matches: begins("wvpk") },
  { format: REFUSED_FORMATS.musepack, matches: begins("MPCK", "MP+") },
  { format: REFUSED_FORMATS.dsd, matches: begins("DSD ", "FRM8") },
  { format: REFUSED_FORMATS.sunAudio, matches: begins(".snd") },
  { format: REFUSED_FORMATS.rareSound, matches: begins("TTA1", "TTA2", "tBaK", "ajkg", "OFR ", "Creative Voice File") },
  { format: REFUSED_FORMATS.rareSound, matches: begins([0x72, 0x69, 0x66, 0x66, 0x2e, 0x91, 0xcf, 0x11]) },
  { format: REFUSED_FORMATS.dts, matches: begins([0x7f, 0xfe, 0x80, 0x01], [0xfe, 0x7f, 0x01, 0x80], "DTSHDHDR") },
  { format: REFUSED_FORMATS.dts, matches: begins([0x1f, 0xff, 0xe8, 0x00], [0xff, 0x1f, 0x00, 0xe8]) },
  { format: REFUSED_FORMATS.dolby, matches: begins([0x0b, 0x77], [0x77, 0x0b], [0xac, 0x40], [0xac, 0x41]) },
  { format: REFUSED_FORMATS.dolby, matches: (head) => startsWith(head.subarray(4), [0xf8, 0x72, 0x6f]) },
  { format: REFUSED_FORMATS.mpegTransportStream, matches: isTransportStream },
  { format: REFUSED_FORMATS.mpegProgramStream, matches: begins([0, 0, 1, 0xba], [0, 0, 1, 0xb3]) },
  { format: REFUSED_FORMATS.rawVideo, matches: begins([0x1f, 0x07, 0x00], "DKIF", "YUV4MPEG2", [0, 0, 0, 1, 0x67]) },
  { format: REFUSED_FORMATS.rawVideo, matches: begins([0, 0, 1, 0x67], [0, 0, 0, 1, 0x40], [0, 0, 0, 1, 0x09]) },
  {
    format: REFUSED_FORMATS.playlist,
    matches: text(/^(#EXTM3U|\[playlist\]|ffconcat |<asx|(<\?xml[^>]*>\s*)?<MPD[\s>])/i),
  },
  {
    format: REFUSED_FORMATS.subtitles,
    matches: text(/^(WEBVTT|\[Script Info\]|\d+\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> )/),
  },
  { format: REFUSED_FORMATS.svg, matches: (head) => text(/^</)(head) && text(/<svg[\s>]/i)(head) },
  { format: REFUSED_FORMATS.webPage, matches: text(/^<(!doctype html|html|head|body|script)/i) },
  { format: REFUSED_FORMATS.xml, matches: text(/^<\?xml/i) },
  { format: REFUSED_FORMATS.virusTest, matches: text(/^X5O!P%@AP\[4\\PZX54\(P\^\)7CC\)7\}\$EICAR/) },
  { format: REFUSED_FORMATS.pdf, matches: begins("%PDF-") },
  { format: REFUSED_FORMATS.archive, matches: begins("PK\x03\x04", "PK\x05\x06", "Rar!", "7z", [0x1f, 0x8b]) },
  { format: REFUSED_FORMATS.archive, matches: (head) => ascii(head, 257, 262) === "ustar" },
  { format: REFUSED_FORMATS.program, matches: begins("MZ", "\x7fELF") },
  {
    format: { what: "a picture", advice: "Add it as a picture." },
    matches: (head) =>
      begins([0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47], "GIF8", "II*\0", "MM\0*")(head) ||
      isIff(head, "RIFF", ["WEBP"]) ||
      PICTURE_BRANDS.includes(isoBrands(head)[0] ?? ""),
  },
  { format: REFUSED_FORMATS.mpegLayer2, matches: isLayer1or2 },
];

/** Undefined for what is not known to be foreign; that alone makes it no film and no sound. */
export function findForeignRecording(head: Buffer): Signature["format"] | undefined {
  return SIGNATURES.find(({ matches }) => matches(head))?.format;
}

function readText(head: Buffer): string {
  return new TextDecoder("utf-8").decode(head.subarray(0, TEXT_HEAD_BYTES)).trimStart();
}

function isIff(head: Buffer, form: string, types: readonly string[]): boolean {
  return ascii(head, 0, 4) === form && types.includes(ascii(head, 8, 12));
}

/** Packets of 188 bytes that begin with "G"; cameras and discs put four bytes before each. */
function isTransportStream(head: Buffer): boolean {
  const every = (from: number, packetBytes: number) => [0, 1, 2].every((n) => head[from + n * packetBytes] === 0x47);
  return every(0, 188) || every(4, 192);
}

function isLayer1or2([first = 0, second = 0, third = 0]: Buffer): boolean {
  const [version, layer, bitRate, sampleRate] = [(second >> 3) & 3, (second >> 1) & 3, third >> 4, (third >> 2) & 3];
  return first === 0xff && (second & 0xe0) === 0xe0 && layer >= 2 && version !== 1 && bitRate < 15 && sampleRate < 3;
}
