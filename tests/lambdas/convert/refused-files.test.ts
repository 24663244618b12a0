import { beforeAll, describe, expect, it } from "vitest";
import { H264, makeClip, makeMp4, movingPicture, tone } from "../../support/clips.ts";
import { describeWithFfmpeg } from "../../support/ffmpeg.ts";
import { convert, findFailure } from "./conversion.ts";

const foreign = {
  "a web page": "<!doctype html><script>alert(1)</script>",
  "a ZIP archive": "PK\u0003\u0004\u0014\u0000\u0000\u0000",
  "a PDF document": "%PDF-1.7\n1 0 obj",
  "the EICAR test file": "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
  "an SVG drawing": '<svg xmlns="http://www.w3.org/2000/svg"/>',
  "a photograph in AVIF": "\u0000\u0000\u0000\u001cftypavif\u0000\u0000\u0000\u0000avifmif1miaf",
  "a JPEG": "\u00ff\u00d8\u00ff\u00e0\u0000\u0010JFIF",
  "a text in UTF-16": "\u00ff\u00fe<\u0000h\u0000",
};

describe("a file that is neither video nor audio (U2)", () => {
  it.each(Object.entries(foreign))("ends as UNSUPPORTED_FORMAT when it is %s", async (_name, text) => {
    const failure = await findFailure(Buffer.from(text, "latin1"));

    expect(failure.code).toBe("UNSUPPORTED_FORMAT");
    expect(failure.message).toContain("Accepted are MP4, QuickTime");
  });

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

    expect((await findFailure(live, { kind: "audio", limits: { maxDurationSeconds: 2 } })).code).toBe("TOO_LONG");
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
