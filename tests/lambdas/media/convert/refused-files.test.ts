import { beforeAll, describe, expect, it } from "vitest";
import { H264, makeClip, makeMp4, movingPicture, tone } from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { convert, findFailure } from "./conversion.ts";

/** First bytes, as latin1; and what the file is called. */
const foreign = [
  ["<!doctype html><script>alert(1)</script>", "a web page"],
  ["PK\x03\x04\x14\0\0\0", "an archive"],
  ["%PDF-1.7\n1 0 obj", "a PDF document"],
  ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", "the EICAR test file"],
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"],
  ["\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "a picture"],
  ["\xff\xd8\xff\xe0\0\x10JFIF", "a picture"],
  [`G${"\0".repeat(187)}`.repeat(3), "an MPEG transport stream"],
  [`\0\0\0\0G${"\0".repeat(187)}`.repeat(3), "an MPEG transport stream"],
  ["\0\0\x01\xba\x44\0", "an MPEG video of a DVD"],
  ["\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "a Windows Media file"],
  ["FLV\x01\x05", "a Flash video"],
  [".RMF\0\0\0\x12", "a RealMedia file"],
  ["\x06\x0e\x2b\x34\x02\x05\x01\x01", "an MXF camera recording"],
  ["#!AMR\n", "an AMR voice recording"],
  ["FORM\0\0\0\x20AIFFCOMM", "an AIFF recording"],
  ["caff\0\x01\0\0desc", "a CAF recording"],
  ["\x0b\x77\x12\x34", "a Dolby Digital recording"],
  ["\xac\x40\xff\xff", "a Dolby Digital recording"],
  ["\x7f\xfe\x80\x01\xfc", "a DTS recording"],
  ["MThd\0\0\0\x06", "a MIDI file"],
  ["MAC \x96\x0f", "a Monkey's Audio recording"],
  ["wvpk\x20\0", "a WavPack recording"],
  ["\xff\xfd\x84\x04", "an MPEG layer 2 recording"],
  ["\0\0\0\x20ftypM4P \0\0\0\0", "a copy-protected recording"],
  ["DKIF\0\0\x20\0VP80", "a raw video stream"],
  ["#EXTM3U\n#EXT-X-TARGETDURATION:1\n", "a playlist"],
  ["1\n00:00:00,000 --> 00:00:01,000\nHello", "a file of subtitles"],
] as const;

describe("a file that is neither video nor audio (U2)", () => {
  it.each(foreign)("ends as UNSUPPORTED_FORMAT, by its name and with what to do: %j", async (text, name) => {
    const failure = await findFailure(Buffer.from(text, "latin1"));

    expect(failure.code).toBe("UNSUPPORTED_FORMAT");
    expect(failure.message).toMatch(new RegExp(`^This is ${name}.*, which can't be opened\\. [A-Z].+\\.$`));
    expect(failure.message.length).toBeLessThanOrEqual(140);
  });

  it.each(["\xff\xfe<\0h\0", "hello", "\0".repeat(100_000)])(
    "ends so, with what would work, when it is %j",
    async (text) => {
      const failure = await findFailure(Buffer.from(text, "latin1"));

      expect(failure.code).toBe("UNSUPPORTED_FORMAT");
      expect(failure.message).toContain("Accepted are MP4, QuickTime");
    },
  );

  it("ends as FILE_EMPTY when it is empty", async () => {
    expect((await findFailure(Buffer.alloc(0))).code).toBe("FILE_EMPTY");
  });
});

describeWithFfmpeg("a file that is damaged", () => {
  let mp4: Buffer;
  beforeAll(async () => {
    mp4 = await makeMp4({ seconds: 4, output: ["-movflags", "+faststart"] });
  });

  it.each([1, 10, 50, 85])("ends as CORRUPT_MEDIA when it was cut off at %i %%", async (percent) => {
    const failure = await findFailure(mp4.subarray(0, Math.floor((mp4.length * percent) / 100)));

    expect(failure.code).toBe("CORRUPT_MEDIA");
    expect(failure.retryable).toBe(false);
  });

  it("ends as CORRUPT_MEDIA when its index never came", async () => {
    const indexLast = await makeMp4();

    expect((await findFailure(indexLast.subarray(0, indexLast.length - 100))).code).toBe("CORRUPT_MEDIA");
  });

  it("ends as CORRUPT_MEDIA when all of its frames are noise", async () => {
    const noise = Buffer.from(mp4);
    for (let at = noise.indexOf("mdat") + 8; at < noise.length; at += 1)
      noise.writeUInt8((at * 97 + (at >> 3)) % 251, at);

    expect((await findFailure(noise)).code).toMatch(/CORRUPT_MEDIA|ENCODER_FAILED/);
  });

  it("completes when a few of its frames are", async () => {
    const scratched = Buffer.from(mp4);
    scratched.fill(0x55, scratched.length - 2000, scratched.length - 1800);

    await expect(convert(scratched)).resolves.toBeDefined();
  });
});

describeWithFfmpeg("a file beyond the limits (F2)", () => {
  it("ends as TOO_MANY_PIXELS, from the header", async () => {
    const failure = await findFailure(await makeMp4({ size: "640x360" }), { limits: { maxFramePixels: 200_000 } });

    expect(failure.code).toBe("TOO_MANY_PIXELS");
    expect(failure.message).toContain("640 × 360");
  });

  it("ends as TOO_LONG, from the header", async () => {
    const failure = await findFailure(await makeMp4({ seconds: 3 }), { limits: { maxDurationSeconds: 2 } });

    expect(failure.code).toBe("TOO_LONG");
    expect(failure.message).toContain("2 seconds");
  });

  it("ends as TOO_LONG when the header says less than there is", async () => {
    const lying = await makeClip({ extension: "mkv", sources: [movingPicture("128x72", 6)], output: [...H264] });
    const headerSays = Buffer.alloc(8);
    headerSays.writeDoubleBE(1000);
    // Duration, a float of eight bytes, in milliseconds.
    const durationAt = lying.indexOf(Buffer.from([0x44, 0x89, 0x88]));
    headerSays.copy(lying, durationAt + 3);

    const failure = await findFailure(lying, { limits: { maxDurationSeconds: 2 } });

    expect(failure.code).toBe("TOO_LONG");
  });

  it("ends as TOO_LONG when a recording without a length is too long", async () => {
    const live = await makeClip({ extension: "webm", sources: [tone(4)], output: ["-c:a", "libopus", "-live", "1"] });

    expect((await findFailure(live, { kind: "audio", limits: { maxAudioDurationSeconds: 2 } })).code).toBe("TOO_LONG");
  });

  it.each([3, 12])("ends as TOO_MANY_STREAMS with %i streams where two are accepted", async (count) => {
    const maps = Array.from({ length: count }, () => ["-map", "0"]).flat();
    const many = await makeClip({ extension: "mkv", sources: [tone()], output: [...maps, "-c:a", "flac"] });

    const failure = await findFailure(many, { limits: { maxStreams: 2 } });

    expect(failure.code).toBe("TOO_MANY_STREAMS");
  });

  it("ends as FILE_TOO_LARGE by the limit of its kind", async () => {
    const mp4 = await makeMp4();

    expect((await findFailure(mp4, { limits: { maxVideoBytes: mp4.length - 1 } })).code).toBe("FILE_TOO_LARGE");
    const asAudio = findFailure(mp4, { kind: "audio", limits: { maxAudioBytes: mp4.length - 1 } });
    expect((await asAudio).code).toBe("FILE_TOO_LARGE");
  });

  it("ends as OUTPUT_TOO_LARGE instead of being cut off (F3)", async () => {
    const mp3 = await makeClip({ extension: "mp3", sources: [tone(3)] });

    const failure = await findFailure(mp3, { kind: "audio", convertTo: "wav", limits: { maxOutputBytes: 200_000 } });

    expect(failure.code).toBe("OUTPUT_TOO_LARGE");
  });

  it("ends as UNSUPPORTED_FORMAT when its codec is none that is read, and names it", async () => {
    const ffv1 = await makeClip({ extension: "mkv", sources: [movingPicture()], output: ["-c:v", "ffv1"] });

    const failure = await findFailure(ffv1);

    expect(failure.code).toBe("UNSUPPORTED_FORMAT");
    expect(failure.message).toContain("ffv1");
  });
});
