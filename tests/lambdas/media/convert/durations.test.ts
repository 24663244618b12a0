import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { Encoder } from "../../../../lambdas/media/convert/encoder.ts";
import { AAC, H264, makeClip, makeMp4, movingPicture, runFfmpeg, tone, withFolder } from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { convert, findFailure, probe, testEncoder } from "./conversion.ts";

const FRAGMENTS = ["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-g", "12"];

describeWithFfmpeg("a length that ffprobe guesses is measured", () => {
  it("of raw AAC that begins with silence", async () => {
    const source = "anullsrc=r=22050:cl=mono:d=2[q];anoisesrc=d=12:c=white:r=22050:a=0.5[n];[q][n]concat=n=2:v=0:a=1";
    const sound = await makeClip({ extension: "aac", sources: [source], output: AAC });
    expect((await probe(sound)).durationSeconds).toBeGreaterThan(30);

    const { result, file } = await convert(sound, { kind: "audio", limits: { maxAudioDurationSeconds: 20 } });

    expect(result.source.durationSeconds).toBeCloseTo(14, 0);
    expect((await probe(file("audio.m4a"))).durationSeconds).toBeCloseTo(14, 0);
  });

  it("of an MP3 with a rate that varies, and no header that counts its frames", async () => {
    const source = "anullsrc=r=44100:cl=mono:d=2[q];anoisesrc=d=12:c=white:r=44100:a=0.5[n];[q][n]concat=n=2:v=0:a=1";
    const sound = await makeClip({ extension: "mp3", sources: [source], output: ["-q:a", "0", "-write_xing", "0"] });
    expect((await probe(sound)).durationSeconds).not.toBeCloseTo(14, 0);

    const { result } = await convert(sound, { kind: "audio", limits: { maxAudioDurationSeconds: 20 } });

    expect(result.source.durationSeconds).toBeCloseTo(14, 0);
  });

  it("of a film in fragments whose header says that it does not know", async () => {
    const film = forgetDurations(await makeMp4({ seconds: 2, output: FRAGMENTS }));
    expect((await probe(film)).durationSeconds).toBeGreaterThan(10_000);

    const { result, file } = await convert(film);

    expect(result.source.durationSeconds).toBeCloseTo(2, 0);
    expect((await probe(file("video.mp4"))).durationSeconds).toBeCloseTo(2, 0);
  });

  it.each([0, 0x7fff_f000, 0xffff_ffff, 4000])("of a WAV whose header says %i bytes", async (bytes) => {
    const wav = await makeClip({ extension: "wav", sources: [tone(2)], output: ["-fflags", "+bitexact"] });
    const dataAt = wav.indexOf("data");
    wav.writeUInt32LE(bytes, dataAt + 4);
    wav.writeUInt32LE(Math.min(bytes + 36, 0xffff_ffff), 4);
    // What follows a header that says too little is sound, which is no chunk.
    wav.fill(0x01, dataAt + 8 + 4000, dataAt + 8 + 4100);

    const { result, file } = await convert(wav, { kind: "audio" });

    expect(result.source.durationSeconds).toBeCloseTo(2, 1);
    expect((await probe(file("audio.m4a"))).durationSeconds).toBeCloseTo(2, 1);
  });

  it.each([
    ["aac", ["-c:a", "aac"], 2],
    ["mp3", ["-write_xing", "0"], 2],
    ["mp3", [], 1],
    ["flac", [], 1],
    ["wav", [], 1],
    ["ogg", [], 1],
  ])("and no other: %s %j takes %i runs of ffmpeg", async (extension, output, expected) => {
    const runs: string[] = [];
    const sound = await makeClip({ extension, sources: [tone(1)], output });

    await convert(sound, { kind: "audio", encoder: recording(runs) });

    expect(runs).toHaveLength(expected);
    expect(runs.filter((run) => run.endsWith("-f null -"))).toHaveLength(expected - 1);
  });

  it("and no other: a film that is only copied takes one run of ffmpeg", async () => {
    const runs: string[] = [];

    await convert(await makeMp4({ output: ["-g", "5"] }), { encoder: recording(runs) });

    expect(runs).toHaveLength(1);
  });
});

function recording(runs: string[]): Encoder {
  return {
    ...testEncoder,
    run: (args, ...rest) => {
      runs.push(args.join(" "));
      return testEncoder.run(args, ...rest);
    },
  };
}

describeWithFfmpeg("a file that was cut", () => {
  let flac: Buffer;
  let mp3: Buffer;
  beforeAll(async () => {
    const sources = ["anoisesrc=d=4:c=pink:r=44100:a=0.3"];
    flac = await makeClip({ extension: "flac", sources });
    mp3 = await makeClip({ extension: "mp3", sources, output: ["-q:a", "2"] });
  });

  it.each([10, 50, 90, 95])("at %i % is CORRUPT_MEDIA where its header counts: FLAC and MP3", async (percent) => {
    for (const sound of [flac, mp3]) {
      const cut = sound.subarray(0, Math.floor((sound.length * percent) / 100));
      expect((await findFailure(cut, { kind: "audio" })).code).toBe("CORRUPT_MEDIA");
    }
    for (const sound of [flac, mp3]) await expect(convert(sound, { kind: "audio" })).resolves.toBeDefined();
  });

  it("is refused so too where it is not even as long as its own limit allows", async () => {
    const limits = { maxAudioDurationSeconds: 3 };

    expect((await findFailure(flac.subarray(0, flac.length / 2), { kind: "audio", limits })).code).toBe(
      "CORRUPT_MEDIA",
    );
  });

  it("is taken as far as it goes where it is a recording that announces nothing: WebM, and MP4 in fragments", async () => {
    const mp4 = await makeMp4({ seconds: 4, output: FRAGMENTS });
    const webm = await withFolder(async (folder) => {
      const [film, out] = [join(folder, "film.mp4"), join(folder, "live.webm")];
      await writeFile(film, await makeMp4({ seconds: 4 }));
      await runFfmpeg(["-i", film, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-live", "1", out]);
      return readFile(out);
    });

    for (const film of [mp4, webm]) {
      const { result } = await convert(film.subarray(0, film.length * 0.6));
      expect(result.source.durationSeconds).toBeGreaterThan(1);
      expect(result.source.durationSeconds).toBeLessThan(3.5);
    }
  });

  it("is CORRUPT_MEDIA where a film in fragments has not one whole", async () => {
    const film = await makeClip({ extension: "mp4", sources: [movingPicture()], output: [...H264, ...FRAGMENTS] });

    expect((await findFailure(film.subarray(0, film.indexOf("moof") + 20))).code).toBe("CORRUPT_MEDIA");
  });
});

/** All ones in tkhd and mdhd, version 0: ISO 14496-12's word for a duration that is unknown. */
function forgetDurations(mp4: Buffer): Buffer {
  const film = Buffer.from(mp4);
  for (const [box, offset] of [
    ["tkhd", 24],
    ["mdhd", 20],
  ] as const) {
    for (let at = film.indexOf(box); at >= 0; at = film.indexOf(box, at + 4))
      film.writeUInt32BE(0xffff_ffff, at + offset);
  }
  return film;
}
