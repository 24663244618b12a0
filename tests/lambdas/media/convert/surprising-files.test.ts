import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  AAC,
  decodeFrame,
  H264,
  makeClip,
  makeMp4,
  movingPicture,
  runFfmpeg,
  tone,
  withFolder,
} from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { convert, findFailure, probe } from "./conversion.ts";

const beep = (hertz: number, seconds = 2) => `sine=${hertz}:d=${seconds}:r=44100`;
const COVER_PICTURE = "testsrc=size=64x64:duration=0.04";

async function addCover(extension: string, codec: string, coverCodec: string): Promise<Buffer> {
  return withFolder(async (folder) => {
    const [sound, cover, out] = [`sound.${extension}`, `cover.${coverCodec}`, `covered.${extension}`].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await writeFile(sound, await makeClip({ extension, sources: [tone(2)], output: ["-c:a", codec] }));
    await writeFile(
      cover,
      await makeClip({ extension: coverCodec, sources: [COVER_PICTURE], output: ["-frames:v", "1"] }),
    );
    const flags = ["-disposition:v", "attached_pic", "-id3v2_version", "3"];
    await runFfmpeg(["-i", sound, "-i", cover, "-map", "0", "-map", "1", "-c", "copy", ...flags, out]);
    return readFile(out);
  });
}

describeWithFfmpeg("a file with a stream that is not read", () => {
  it.each([
    ["mp3", "libmp3lame", "png"],
    ["mp3", "libmp3lame", "gif"],
    ["mp3", "libmp3lame", "bmp"],
    ["flac", "flac", "png"],
    ["flac", "flac", "bmp"],
    ["m4a", "aac", "png"],
    ["m4a", "aac", "bmp"],
  ])("is heard where that is the cover of an %s (%s), in %s", async (extension, codec, coverCodec) => {
    const sound = await addCover(extension, codec, coverCodec);

    const { result, files } = await convert(sound, { kind: "audio" });

    expect([...files.keys()]).toEqual(["audio.m4a"]);
    expect(result.source.durationSeconds).toBeCloseTo(2, 0);
  });

  it("is a film still where that is its cover, which is neither poster nor film", async () => {
    const sources = [movingPicture("128x72", 2), tone(2), COVER_PICTURE];
    const maps = ["-map", "0", "-map", "1", "-map", "2", "-disposition:v:1", "attached_pic"];
    const film = await makeClip({
      extension: "mp4",
      sources,
      output: [
        ...maps,
        ...["-c:v:0", "libx264", "-pix_fmt:v:0", "yuv420p", "-c:v:1", "png", "-frames:v:1", "1"],
        ...AAC,
      ],
    });

    const { rendition, file } = await convert(film);

    expect(rendition("poster")).toMatchObject({ width: 128, height: 72 });
    expect(await probe(file("video.mp4"))).toMatchObject({ streamCount: 2, picture: { codec: "h264" } });
  });

  it.each([
    ["truehd", "mkv"],
    ["wmav2", "mkv"],
    ["tta", "mkv"],
    ["wavpack", "mkv"],
  ])("takes the second sound where the first is %s", async (codec, extension) => {
    const maps = ["-map", "0", "-map", "1", "-map", "2", "-strict", "-2"];
    const film = await makeClip({
      extension,
      sources: [movingPicture("128x72", 2), beep(300), beep(1000)],
      output: [...maps, ...H264, "-c:a:0", codec, "-c:a:1", "ac3"],
    });

    const { file } = await convert(film);

    expect(await findPitch(file("video.mp4"))).toBeCloseTo(1000, -2);
  });

  it("is refused by the codec's name where no other sound is there, rather than made silent", async () => {
    const film = await makeClip({
      extension: "mkv",
      sources: [movingPicture(), tone()],
      output: [...H264, "-c:a", "wmav2"],
    });

    const failure = await findFailure(film);

    expect(failure.code).toBe("UNSUPPORTED_FORMAT");
    expect(failure.message).toContain("sound is encoded with wmav2");
  });

  it("is refused by the codec's name where it is the only picture, rather than made a sound", async () => {
    const film = await makeClip({
      extension: "mkv",
      sources: [movingPicture(), tone()],
      output: ["-c:v", "ffv1", "-c:a", "libopus"],
    });

    expect((await findFailure(film)).message).toContain("encoded with ffv1");
    await expect(convert(film, { kind: "audio" })).resolves.toBeDefined();
  });

  it("gives the sound that bears the default flag, as a player does", async () => {
    const flags = ["-disposition:a:0", "0", "-disposition:a:1", "default"];
    const film = await makeClip({
      extension: "mkv",
      sources: [movingPicture("128x72", 2), beep(200), beep(2000)],
      output: ["-map", "0", "-map", "1", "-map", "2", ...H264, ...AAC, ...flags],
    });

    const { file } = await convert(film);

    expect(await findPitch(file("video.mp4"))).toBeCloseTo(2000, -2);
  });
});

describeWithFfmpeg("a film that is only copied", () => {
  it("keeps its beginning where its sound starts late, in Matroska", async () => {
    const late = await withFolder(async (folder) => {
      const [film, out] = [join(folder, "film.mp4"), join(folder, "late.mkv")];
      await writeFile(film, await makeMp4({ seconds: 4, output: ["-g", "25", "-bf", "0"] }));
      await runFfmpeg(["-i", film, "-itsoffset", "1.5", "-i", film, "-map", "0:v", "-map", "1:a", "-c", "copy", out]);
      return readFile(out);
    });

    const { file } = await convert(late);

    const facts = await probe(file("video.mp4"));
    expect(facts.durationSeconds).toBeCloseTo(5.5, 0);
    expect((await listTimes(file("video.mp4"), "0:v")).at(0)).toBeCloseTo(0, 1);
    expect((await listTimes(file("video.mp4"), "0:a")).at(0)).toBeCloseTo(1.5, 1);
  });

  it("has a poster that is not black and five thumbnails, though it has one key frame", async () => {
    const film = await makeClip({
      extension: "mp4",
      sources: [`${movingPicture("128x72", 4)},fade=in:st=0.4:d=0.4`],
      output: [...H264, "-g", "250", "-keyint_min", "250", "-sc_threshold", "0"],
    });

    const { files, file } = await convert(film);

    const thumbs = [...files].filter(([name]) => name.startsWith("thumb-")).map(([, body]) => body.toString("base64"));
    expect(new Set(thumbs).size).toBe(5);
    const poster = await decodeFrame(file("poster.jpg"), { width: 128, height: 72 });
    expect(Math.max(...[0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [...poster.colourAt(x, 0.3)]))).toBeGreaterThan(100);
  });
});

describeWithFfmpeg("a film that is turned half way", () => {
  it("keeps its shape, with bars beside it", async () => {
    const turned = await withFolder(async (folder) => {
      const vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"];
      for (const [name, size] of [
        ["a", "128x72"],
        ["b", "72x128"],
      ] as const) {
        await runFfmpeg([
          "-f",
          "lavfi",
          "-i",
          `color=white:size=${size}:duration=2:rate=25`,
          ...vp8,
          join(folder, `${name}.webm`),
        ]);
      }
      await writeFile(join(folder, "list"), "file a.webm\nfile b.webm\n");
      await runFfmpeg(["-f", "concat", "-i", join(folder, "list"), "-c", "copy", join(folder, "turned.webm")]);
      return readFile(join(folder, "turned.webm"));
    });

    const { file } = await convert(turned);

    const size = { width: 128, height: 72 };
    for (const name of ["video.mp4"]) {
      const upright = await decodeFrame(file(name), size, 0.5);
      expect(upright.colourAt(0.05, 0.5)[0], name).toBeGreaterThan(230);
      const turnedFrame = await decodeFrame(file(name), size, 3);
      expect(turnedFrame.colourAt(0.5, 0.05)[0], name).toBeGreaterThan(230);
      expect(turnedFrame.colourAt(0.1, 0.5)[0], name).toBeLessThan(30);
    }
  });
});

describeWithFfmpeg("a sound", () => {
  it.each([6000, 10_000, 20_000, 22_254, 37_800, 41_000, 44_000, 47_952, 88_200])(
    "of %i Hz is encoded at a rate that AAC and MP3 know",
    async (rate) => {
      const sound = await makeClip({ extension: "wav", sources: [`sine=440:d=2:r=${rate}`] });

      const { result, file } = await convert(sound, { kind: "audio", convertTo: "mp3" });

      expect(result.source.durationSeconds).toBeCloseTo(2, 1);
      expect(await findPitch(file("audio.m4a"))).toBeCloseTo(440, -1);
      expect(await findPitch(file("converted.mp3"))).toBeCloseTo(440, -1);
    },
  );

  it("in MP3 is found behind zeros", async () => {
    const plain = await makeClip({ extension: "mp3", sources: [tone(2)] });
    const untagged = await makeClip({ extension: "mp3", sources: [tone(2)], output: ["-id3v2_version", "0"] });

    for (const sound of [plain, untagged]) {
      const { result } = await convert(Buffer.concat([Buffer.alloc(9000), sound]), { kind: "audio" });
      expect(result.source).toMatchObject({ contentType: "audio/mpeg" });
      expect(result.source.durationSeconds).toBeCloseTo(2, 0);
    }
  });

  it("may be longer than a film", async () => {
    const limits = { maxDurationSeconds: 1, maxAudioDurationSeconds: 3 };
    const sound = await makeClip({ extension: "mp3", sources: [tone(2)] });

    await expect(convert(sound, { kind: "audio", limits })).resolves.toBeDefined();
    expect((await findFailure(await makeMp4({ seconds: 2 }), { limits })).code).toBe("TOO_LONG");
    const longer = await makeClip({ extension: "mp3", sources: [tone(4)] });
    expect((await findFailure(longer, { kind: "audio", limits })).code).toBe("TOO_LONG");
  });
});

/** The presentation times of a stream's packets, in seconds, edit lists applied. */
async function listTimes(media: Buffer, stream: string): Promise<number[]> {
  return withFolder(async (folder) => {
    const file = join(folder, "media");
    await writeFile(file, media);
    const list = await runFfmpeg(["-i", file, "-map", stream, "-c", "copy", "-copyts", "-f", "framecrc", "-"]);
    const [, above = "1", below = "1"] = /#tb 0: (\d+)\/(\d+)/.exec(list.toString()) ?? [];
    const rows = list
      .toString()
      .split("\n")
      .filter((line) => line.startsWith("0,"));
    return rows.map((row) => (Number(row.split(",")[2]) * Number(above)) / Number(below)).sort((a, b) => a - b);
  });
}

/** In Hz, of a pure tone: by how often it crosses zero. */
async function findPitch(media: Buffer): Promise<number> {
  return withFolder(async (folder) => {
    const file = join(folder, "media");
    await writeFile(file, media);
    const raw = await runFfmpeg([
      "-i",
      file,
      "-ss",
      "0.5",
      "-t",
      "1",
      "-vn",
      "-ac",
      "1",
      "-ar",
      "16000",
      "-f",
      "s16le",
      "-",
    ]);
    let crossings = 0;
    for (let at = 2; at + 1 < raw.length; at += 2) {
      if (raw.readInt16LE(at - 2) < 0 && raw.readInt16LE(at) >= 0) crossings += 1;
    }
    return crossings / (raw.length / 2 / 16_000);
  });
}
