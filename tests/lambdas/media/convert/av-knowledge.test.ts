import { describe, expect, it } from "vitest";
import { isCutOff } from "../../../../lambdas/media/formats/av-completeness.ts";
import { CONTAINERS, sniffContainers } from "../../../../lambdas/media/formats/av-container.ts";
import { parseProbe } from "../../../../lambdas/media/formats/av-facts.ts";
import { displaySize } from "../../../../lambdas/media/formats/video-frame.ts";
import { choosePoster, chooseThumbnails, splitFrames } from "../../../../lambdas/media/formats/video-stills.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

describe("telling containers apart by their first bytes (U2)", () => {
  it.each([
    ["an MP4", "\0\0\0\x18ftypmp42", ["MP4"]],
    ["a QuickTime film", "\0\0\0\x14ftypqt  ", ["QuickTime"]],
    ["an old QuickTime film", "\0\0\x01\0moov", ["QuickTime"]],
    ["a HEIC photograph", "\0\0\0\x18ftypheic", []],
    ["a WebM", "\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", ["WebM"]],
    ["a Matroska film", "\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", ["Matroska"]],
    ["an AVI", "RIFF\0\0\0\0AVI LIST", ["AVI"]],
    ["a WAV", "RIFF\0\0\0\0WAVEfmt ", ["WAV"]],
    ["a WebP picture", "RIFF\0\0\0\0WEBPVP8 ", []],
    ["an Ogg", "OggS\0\x02", ["Ogg"]],
    ["a FLAC", "fLaC\0\0\0\x22", ["FLAC"]],
    ["what follows an ID3 tag", "ID3\x03\0\0\0\0\0\0", ["MP3", "AAC", "FLAC"]],
    ["an MP3 frame", "\xff\xfb\x90\x64", ["MP3"]],
    ["an AAC frame", "\xff\xf1\x50\x80", ["AAC"]],
    ["a byte order mark", "\xff\xfe<\0", []],
    ["an MPEG frame of a rate that there is not", "\xff\xfb\x9c\0", []],
    ["a single byte", "\xff", []],
    ["nothing", "", []],
  ])("%s", (_what, head, names) => {
    expect(sniffContainers(bytes(head)).map(({ name }) => name)).toEqual(names);
  });
});

describe("noticing a missing end", () => {
  const box = (type: string, size: number, body = size - 8) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(size, 0);
    head.write(type, 4, "latin1");
    return Buffer.concat([head, Buffer.alloc(body)]);
  };
  const segment = (size: string, body: number) =>
    Buffer.concat([Buffer.from("1a45dfa3844286810118538067", "hex"), Buffer.from(size, "hex"), Buffer.alloc(body)]);
  const riff = (size: number, body: number) => {
    const head = bytes("RIFF\0\0\0\0");
    head.writeUInt32LE(size, 4);
    return Buffer.concat([head, Buffer.alloc(body)]);
  };

  const wav = (dataBytes: number, body: number, size = Math.min(dataBytes + 36, 0xffffffff)) => {
    const head = Buffer.alloc(44);
    head.write("RIFF\0\0\0\0WAVEfmt \x10", "latin1");
    head.writeUInt32LE(size, 4);
    head.write("data", 36, "latin1");
    head.writeUInt32LE(dataBytes, 40);
    return Buffer.concat([head, Buffer.alloc(body)]);
  };

  it.each([
    ["whole boxes", CONTAINERS.mp4, Buffer.concat([box("ftyp", 16), box("mdat", 40)]), false],
    ["a last box that is short", CONTAINERS.mp4, Buffer.concat([box("ftyp", 16), box("mdat", 40, 20)]), true],
    ["a last box up to the end", CONTAINERS.mp4, Buffer.concat([box("ftyp", 16), box("mdat", 0, 20)]), false],
    ["padding behind its boxes", CONTAINERS.mp4, Buffer.concat([box("moov", 16), Buffer.alloc(50, 0xff)]), false],
    ["a whole segment", CONTAINERS.matroska, segment("88", 8), false],
    ["a short segment", CONTAINERS.matroska, segment("0100000000000099", 8), true],
    ["a segment of unknown size", CONTAINERS.webm, segment("01ffffffffffffff", 8), false],
    ["a whole WAV", CONTAINERS.wav, wav(100, 100), false],
    ["a short WAV", CONTAINERS.wav, wav(10_000, 100), true],
    ["a WAV whose whole size alone is wrong", CONTAINERS.wav, wav(100, 100, 90_000), false],
    ["a WAV that was streamed", CONTAINERS.wav, wav(0xffffffff, 100), false],
    ["a WAV that sox streamed", CONTAINERS.wav, wav(0x7ffff000, 100), false],
    ["a short WAV without its samples", CONTAINERS.wav, riff(10_000, 100), true],
    [
      "a film in fragments whose last is cut",
      CONTAINERS.mp4,
      Buffer.concat([box("moof", 16), box("mdat", 40, 9)]),
      false,
    ],
    ["a film whose first fragment is cut", CONTAINERS.mp4, Buffer.concat([box("moov", 16), box("moof", 40, 9)]), true],
    ["a short AVI", CONTAINERS.avi, riff(10_000, 100), true],
  ])("%s", async (_what, container, file, expected) => {
    const readAt = async (offset: number, length: number) => file.subarray(offset, offset + length);

    expect(await isCutOff(container, file.length, readAt)).toBe(expected);
  });
});

describe("reading ffprobe's answer", () => {
  const answer = (...streams: object[]) =>
    JSON.stringify({ format: { format_name: "avi", nb_streams: streams.length, duration: "N/A" }, streams });

  it("takes the first sound that it knows, and counts the others by name", () => {
    const streams = [
      { index: 0, codec_type: "audio", codec_name: "apac", channels: 4, sample_rate: "48000" },
      { index: 1, codec_type: "audio", codec_name: "aac", profile: "LC", channels: 2, sample_rate: "44100" },
    ];

    const facts = parseProbe(answer(...streams));

    expect(facts.sound).toMatchObject({ index: 1, sampleRate: 44_100 });
    expect(facts.unreadSounds).toEqual(["apac"]);
    expect(facts.durationSeconds).toBeUndefined();
  });

  it("calls what ffprobe has no name for by its tag, and does not count a cover", () => {
    const film = { index: 0, codec_type: "video", codec_name: "unknown", codec_tag_string: "xyz1" };
    const cover = { index: 1, codec_type: "video", codec_name: "png", disposition: { attached_pic: 1 } };

    expect(parseProbe(answer(film, cover))).toMatchObject({ picture: undefined, unreadPictures: ["xyz1"] });
  });

  it("takes the picture and the sound that bear the default flag", () => {
    const film = { codec_type: "video", codec_name: "h264", width: 100, height: 50 };
    const sound = { codec_type: "audio", codec_name: "aac", channels: 2, sample_rate: "44100" };
    const flagged = { disposition: { attached_pic: 0, default: 1 } };

    const streams = [film, { ...film, ...flagged }, sound, { ...sound, ...flagged }, { ...sound, ...flagged }];
    const facts = parseProbe(answer(...streams.map((stream, index) => ({ ...stream, index }))));

    expect(facts).toMatchObject({ picture: { index: 1 }, sound: { index: 3 } });
  });

  it("does not believe a pixel shape beyond 4 : 1", () => {
    const film = { index: 0, codec_type: "video", codec_name: "h264", width: 100, height: 50 };

    const facts = parseProbe(answer({ ...film, sample_aspect_ratio: "1:60000" }));

    expect(facts.picture?.display).toEqual({ width: 100, height: 50 });
  });

  it.each([
    [0, { width: 40, height: 10 }],
    [90, { width: 10, height: 40 }],
    [-90, { width: 10, height: 40 }],
    [180, { width: 40, height: 10 }],
    [270.4, { width: 10, height: 40 }],
    [45, { width: 40, height: 10 }],
  ])("knows how large a frame is that is turned by %d°", (rotation, size) => {
    expect(displaySize({ storedWidth: 20, storedHeight: 10, pixelAspect: 2, rotation })).toEqual(size);
  });
});

describe("choosing stills", () => {
  const flat = (level: number) => Buffer.alloc(4 * 4 * 4, level);
  const striped = (low: number, high: number) =>
    Buffer.from(Array.from({ length: 64 }, (_, at) => (Math.floor(at / 4) % 2 ? low : high)));

  it("takes the frame at 30 % where it shows something", () => {
    expect(choosePoster([flat(0), striped(0, 200), striped(20, 160), striped(0, 255), flat(9), flat(9)])).toBe(2);
  });

  it("takes the next one that shows something where that is black, white or blank", () => {
    expect(choosePoster([flat(0), striped(0, 250), flat(0), striped(10, 220), flat(255), flat(128)])).toBe(3);
    expect(choosePoster([flat(0), striped(0, 250), flat(0), flat(0), flat(0), flat(0)])).toBe(1);
  });

  it("takes the first where all are the same, or there is only one", () => {
    expect(choosePoster([flat(0)])).toBe(0);
    expect(choosePoster([flat(7), flat(7), flat(7)])).toBe(2);
  });

  it("leaves the frame before the five moments out, unless there is no other", () => {
    expect(chooseThumbnails(6, false)).toEqual([1, 2, 3, 4, 5]);
    expect(chooseThumbnails(1, false)).toEqual([0]);
    expect(chooseThumbnails(6, true)).toEqual([0, 1, 2, 3, 4]);
    expect(chooseThumbnails(2, true)).toEqual([0, 1]);
  });

  it("ignores half a frame at the end", () => {
    expect(splitFrames(Buffer.alloc(70), { width: 4, height: 4 })).toHaveLength(1);
  });
});
