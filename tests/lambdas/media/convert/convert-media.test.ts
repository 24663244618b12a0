import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { thumbHashToAverageRGBA } from "thumbhash";
import { beforeAll, expect, it } from "vitest";
import type { Encoder } from "../../../../lambdas/media/convert/encoder.ts";
import {
  AAC,
  decodeFrame,
  H264,
  listMp4Boxes,
  makeClip,
  makeMp4,
  movingPicture,
  runFfmpeg,
  tone,
  turnMp4,
  withFolder,
} from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { convert, findFailure, probe, testEncoder } from "./conversion.ts";

const HALF_RED_HALF_BLUE =
  "color=red:size=64x72:rate=25:duration=1[l];color=blue:size=64x72:rate=25:duration=1[r];[l][r]hstack";

describeWithFfmpeg("converting a video", () => {
  let film: Buffer;
  beforeAll(async () => {
    film = await makeMp4({ seconds: 3, output: ["-g", "25"] });
  });

  it("makes an mp4 with its index first, a poster, five thumbnails and a placeholder", async () => {
    const webm = await makeClip({
      extension: "webm",
      sources: [movingPicture("128x72", 2), tone(2)],
      output: ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"],
    });

    const { result, file } = await convert(webm);

    expect(result.source).toMatchObject({ contentType: "video/webm", bytes: webm.length, width: 128, height: 72 });
    expect(result.source.durationSeconds).toBeCloseTo(2, 0);
    expect(result.placeholder).toMatch(/^[A-Za-z0-9+/]{20,}=*$/);
    expect(result.renditions.map(({ name }) => name)).toEqual([
      ...["video", "poster"],
      ...["thumb-1", "thumb-2", "thumb-3", "thumb-4", "thumb-5"],
    ]);
    for (const { key, bytes } of result.renditions)
      expect(file(key.slice(key.lastIndexOf("/") + 1))).toHaveLength(bytes);
    const boxes = listMp4Boxes(file("video.mp4"));
    expect(boxes.indexOf("moov")).toBeLessThan(boxes.indexOf("mdat"));
    expect(await probe(file("video.mp4"))).toMatchObject({
      picture: { codec: "h264", pixelFormat: "yuv420p", display: { width: 128, height: 72 } },
      sound: { codec: "aac", channels: 2 },
    });
  });

  it("has the placeholder of the very picture that is its poster, not of the film's dark beginning", async () => {
    const dark = "color=black:size=128x72:rate=25:duration=2";
    const bright = `color=white:size=64x72:rate=25:duration=4[l];color=red:size=64x72:rate=25:duration=4[r];[l][r]hstack`;
    const mp4 = await makeClip({
      extension: "mp4",
      sources: [`${dark}[a];${bright}[b];[a][b]concat`],
      output: [...H264, "-g", "25"],
    });

    const { result, file } = await convert(mp4);

    const { channels } = await sharp(file("poster.jpg")).stats();
    const poster = channels.map(({ mean }) => mean / 255);
    const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(result.placeholder ?? "", "base64"));
    expect(poster[0]).toBeGreaterThan(0.8);
    for (const [index, value] of [r, g, b].entries()) expect(Math.abs(value - (poster[index] ?? 0))).toBeLessThan(0.15);
  });

  it("copies what every player knows already, without decoding more than key frames", async () => {
    const { file, files } = await convert(film);

    expect(await hashPackets(file("video.mp4"))).toEqual(await hashPackets(film));
    expect([...files.keys()]).toContain("thumb-3.jpg");
  });

  it("copies the picture and encodes the sound where only the sound does not fit", async () => {
    const surround = await makeClip({
      extension: "mkv",
      sources: [movingPicture(), tone(1, "5.1")],
      output: [...H264, "-bf", "0", "-c:a", "ac3"],
    });

    const { file } = await convert(surround);

    const [picture] = await hashPackets(file("video.mp4"));
    expect(picture).toBe((await hashPackets(surround))[0]);
    expect((await probe(file("video.mp4"))).sound).toMatchObject({ codec: "aac", channels: 2 });
  });

  it("hands out nothing of what its owner trimmed away, though the file still holds it", async () => {
    const trimmed = await withFolder(async (folder) => {
      await writeFile(join(folder, "whole.mp4"), await makeMp4({ seconds: 4, output: ["-g", "24"] }));
      // Most of a second past a key frame, which the copy must begin with.
      const cut = ["-ss", "1.8", "-i", join(folder, "whole.mp4"), "-t", "2", "-c", "copy"];
      await runFfmpeg([...cut, join(folder, "trimmed.mp4")]);
      return readFile(join(folder, "trimmed.mp4"));
    });
    expect(await countFrames(trimmed)).toBeGreaterThan(60);

    const { result, file } = await convert(trimmed);

    expect(result.source.durationSeconds).toBeLessThan(2.2);
    expect(await countFrames(file("video.mp4"))).toBeLessThan(55);
  });

  it("reports ffmpeg's own progress, as whole percent of the job, below 100 and never back", async () => {
    const encoder: Encoder = {
      ...testEncoder,
      run: (args, run, onProgress) => {
        for (const seconds of [0.3, 1.5, 0.6]) onProgress?.({ seconds, frames: 0 });
        onProgress?.({ seconds: 0.04, frames: 60 });
        return testEncoder.run(args, run, onProgress);
      },
    };

    const { progress } = await convert(film, { encoder });

    expect(progress.slice(0, 5)).toEqual([5, 13, 47, 47, 73]);
    expect(progress.at(-1)).toBe(90);
  });

  it("makes the same bytes of the same source each time (E3)", async () => {
    const webm = await makeClip({ extension: "webm", sources: [movingPicture(), tone()], output: ["-c:v", "libvpx"] });

    const first = await convert(webm, { convertTo: "mp3" });
    const second = await convert(webm, { convertTo: "mp3" });

    expect(new Map([...first.files].sort())).toEqual(new Map([...second.files].sort()));
  });

  it.each([
    [90, { width: 72, height: 128 }, [0.5, 0.1]],
    [180, { width: 128, height: 72 }, [0.9, 0.5]],
    [270, { width: 72, height: 128 }, [0.5, 0.9]],
  ] as const)("turns a phone's film by the %i° of its display matrix (F5)", async (degrees, size, redAt) => {
    const upright = await makeClip({ extension: "mp4", sources: [HALF_RED_HALF_BLUE], output: [...H264] });

    const { result, rendition, file } = await convert(turnMp4(upright, degrees));

    expect(result.source).toMatchObject(size);
    expect(rendition("video")).toMatchObject(size);
    for (const name of ["video.mp4", "poster.jpg"]) {
      const [red, , blue] = (await decodeFrame(file(name), size)).colourAt(redAt[0], redAt[1]);
      expect(red).toBeGreaterThan(200);
      expect(blue).toBeLessThan(60);
    }
  });

  it("makes odd sides even (F5)", async () => {
    const odd = await makeClip({
      extension: "mov",
      sources: ["testsrc=size=127x71:rate=25:duration=1"],
      output: ["-c:v", "mjpeg", "-pix_fmt", "yuvj444p"],
    });

    const { result, rendition } = await convert(odd);

    expect(result.source).toMatchObject({ width: 127, height: 71 });
    expect(rendition("video")).toMatchObject({ width: 126, height: 70 });
  });

  it("makes pixels square that are not (F5)", async () => {
    const wide = await makeMp4({ size: "96x72", output: ["-vf", "setsar=2"] });

    const { rendition, file } = await convert(wide);

    expect(rendition("video")).toMatchObject({ width: 192, height: 72 });
    expect((await probe(file("video.mp4"))).picture).toMatchObject({ pixelAspect: 1 });
  });

  it("fits a larger film into Full HD, and keeps its whole size where mp4 is asked for", async () => {
    const large = await makeClip({ extension: "mkv", sources: [movingPicture("2560x1080", 0.2)], output: [...H264] });

    const { rendition } = await convert(large, { convertTo: "mp4" });

    expect(rendition("video")).toMatchObject({ width: 1920, height: 810 });
    expect(rendition("poster")).toMatchObject({ width: 1920, height: 810 });
    expect(rendition("converted")).toMatchObject({ width: 2560, height: 1080 });
  });

  it("completes beside subtitles and sounds that are not used (F5)", async () => {
    const subtitles = "data:text/plain,1%0A00:00:00,000 --> 00:00:01,000%0AHello";
    const many = await withFolder(async (folder) => {
      const inputs = ["-f", "lavfi", "-i", movingPicture(), "-f", "lavfi", "-i", tone(), "-f", "srt", "-i", subtitles];
      const maps = ["-map", "0", "-map", "1", "-map", "1", "-map", "2"];
      await runFfmpeg([...inputs, ...maps, ...H264, "-c:a", "libopus", "-c:s", "srt", join(folder, "many.mkv")]);
      return readFile(join(folder, "many.mkv"));
    });

    const { file } = await convert(many);

    expect((await probe(file("video.mp4"))).streamCount).toBe(2);
  });

  it("completes without sound where there is none (F5)", async () => {
    const silent = await makeClip({ extension: "mov", sources: [movingPicture()], output: ["-c:v", "mjpeg"] });

    const { result, file } = await convert(silent);

    expect(result.source.contentType).toBe("video/quicktime");
    expect((await probe(file("video.mp4"))).sound).toBeUndefined();
  });

  it("treats a video without a picture as audio (F5)", async () => {
    const sound = await makeClip({ extension: "mp4", sources: [tone()], output: [...AAC] });

    const { result, files } = await convert(sound);

    expect([...files.keys()]).toEqual(["audio.m4a"]);
    expect(result.source).toMatchObject({ contentType: "audio/mp4" });
    expect(result.placeholder).toBeUndefined();
  });

  it("thins 120 frames a second out to 60 (F2)", async () => {
    const fast = await makeClip({ extension: "mp4", sources: [movingPicture("128x72", 1, 120)], output: [...H264] });

    const { file } = await convert(fast);

    expect((await probe(file("video.mp4"))).picture?.framesPerSecond).toBeCloseTo(60, 0);
  });

  it("keeps a variable frame rate: no frame is doubled, none is lost", async () => {
    const variable = await makeClip({
      extension: "mkv",
      sources: ["testsrc2=size=128x72:rate=30:duration=3,select='lt(t,1)+not(mod(n,10))'"],
      output: ["-fps_mode", "vfr", "-c:v", "mpeg4"],
    });

    const { file } = await convert(variable);

    expect(await countFrames(file("video.mp4"))).toBe(await countFrames(variable));
  });

  it("does not choose a black first frame as the poster", async () => {
    const fadesIn = await makeClip({
      extension: "mp4",
      sources: [`${movingPicture("128x72", 4)},fade=in:st=1.9:d=0.2`],
      output: [...H264, "-g", "10"],
    });

    const { file } = await convert(fadesIn);

    const poster = await decodeFrame(file("poster.jpg"), { width: 128, height: 72 });
    const brightest = Math.max(...[0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [...poster.colourAt(x, 0.3)]));
    expect(brightest).toBeGreaterThan(100);
  });

  it("keeps the colours of a film in BT.709 in its poster and thumbnails, though JPEG knows BT.601 alone", async () => {
    const tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"];
    const source = `${HALF_RED_HALF_BLUE},format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p`;
    const film = await makeClip({ extension: "mp4", sources: [source], output: [...H264, ...tags] });

    const { file } = await convert(film);

    for (const name of ["poster.jpg", "thumb-1.jpg"]) {
      const still = await decodeFrame(file(name), { width: 128, height: 72 });
      expect(still.colourAt(0.25, 0.5)[0], name).toBeGreaterThan(245);
      expect(still.colourAt(0.75, 0.5)[2], name).toBeGreaterThan(245);
      expect(Math.max(...still.colourAt(0.25, 0.5).slice(1)), name).toBeLessThan(10);
    }
  });

  it("measures a browser's recording, whose header does not say how long it is", async () => {
    const live = await makeClip({
      extension: "webm",
      sources: [movingPicture("128x72", 2), tone(2)],
      output: ["-c:v", "libvpx", "-deadline", "realtime", "-live", "1"],
    });
    expect((await probe(live)).durationSeconds).toBeUndefined();

    const { result, progress } = await convert(live);

    expect(result.source.durationSeconds).toBeCloseTo(2, 0);
    expect(progress.at(-1)).toBe(90);
  });

  it("leaves place, titles and chapters behind (F5)", async () => {
    const tagged = await makeMp4({
      output: ["-metadata", "title=Private-Title", "-metadata", "location=+48.1+011.5/"],
    });
    expect(tagged.includes("Private-Title")).toBe(true);

    const { file } = await convert(tagged);

    expect(file("video.mp4").includes("Private-Title")).toBe(false);
    expect(file("video.mp4").includes("+48.1")).toBe(false);
  });

  it.each(["mp4", "webm", "gif", "m4a", "mp3", "wav"] as const)("converts it to %s", async (convertTo) => {
    const { rendition, file } = await convert(film, { convertTo });

    const expected = {
      mp4: { type: "video/mp4", picture: "h264", sound: "aac" },
      webm: { type: "video/webm", picture: "vp9", sound: "opus" },
      gif: { type: "image/gif" },
      m4a: { type: "audio/mp4", sound: "aac" },
      mp3: { type: "audio/mpeg", sound: "mp3" },
      wav: { type: "audio/wav", sound: "pcm_s16le" },
    }[convertTo] as { type: string; picture?: string; sound?: string };
    expect(rendition("converted").contentType).toBe(expected.type);
    if (convertTo === "gif") {
      expect(file("converted.gif").toString("latin1", 0, 6)).toBe("GIF89a");
      expect(rendition("converted")).toMatchObject({ width: 128, height: 72 });
    } else {
      const facts = await probe(file(`converted.${convertTo}`));
      expect({ picture: facts.picture?.codec, sound: facts.sound?.codec }).toEqual({
        picture: expected.picture,
        sound: expected.sound,
      });
    }
  });

  it("refuses a conversion to sound where there is none", async () => {
    const silent = await makeClip({ extension: "mp4", sources: [movingPicture()], output: [...H264] });

    const failure = await findFailure(silent, { convertTo: "mp3" });

    expect(failure.code).toBe("UNSUPPORTED_CONVERSION");
    expect(failure.message).toContain("no sound");
  });
});

describeWithFfmpeg("converting audio", () => {
  it.each([
    ["mp3", "libmp3lame", "audio/mpeg"],
    ["ogg", "libvorbis", "audio/ogg"],
    ["wav", "pcm_s24le", "audio/wav"],
    ["flac", "flac", "audio/flac"],
    ["aac", "aac", "audio/aac"],
    ["m4a", "alac", "audio/mp4"],
    ["webm", "libopus", "audio/webm"],
  ])("makes an m4a of %s", async (extension, codec, contentType) => {
    const sound = await makeClip({ extension, sources: [tone(2)], output: ["-c:a", codec] });

    const { result, file } = await convert(sound, { kind: "audio" });

    expect(result.source).toMatchObject({ contentType });
    expect(result.renditions).toMatchObject([{ name: "audio", contentType: "audio/mp4" }]);
    const facts = await probe(file("audio.m4a"));
    expect(facts.sound).toMatchObject({ codec: "aac", profile: "LC", channels: 2 });
    expect(facts.durationSeconds).toBeCloseTo(2, 0);
  });

  it("leaves the cover out, and does not take it for a film (F5)", async () => {
    const covered = await makeClip({
      extension: "m4a",
      sources: [tone(), movingPicture("64x64", 0.04)],
      output: [
        ...["-map", "0:a", "-map", "1:v", "-frames:v", "1"],
        ...AAC,
        "-c:v",
        "mjpeg",
        "-disposition:v",
        "attached_pic",
      ],
    });

    const asAudio = await convert(covered, { kind: "audio" });
    const asVideo = await convert(covered, { kind: "video" });

    expect([...asAudio.files.keys()]).toEqual(["audio.m4a"]);
    expect([...asVideo.files.keys()]).toEqual(["audio.m4a"]);
    expect((await probe(asAudio.file("audio.m4a"))).streamCount).toBe(1);
  });

  it("takes the sound alone of a film that was announced as audio", async () => {
    const { result, files } = await convert(await makeMp4(), { kind: "audio" });

    expect([...files.keys()]).toEqual(["audio.m4a"]);
    expect(result.source).not.toHaveProperty("width");
  });

  it("says that there is no sound in a silent film that was announced as audio", async () => {
    const silent = await makeClip({ extension: "mp4", sources: [movingPicture()], output: [...H264] });

    expect((await findFailure(silent, { kind: "audio" })).code).toBe("NO_MEDIA_STREAM");
  });
});

async function countFrames(media: Buffer): Promise<number> {
  const list = await copyPackets(media, ["-map", "0:v", "-f", "framecrc"]);
  return list.split("\n").filter((line) => line.startsWith("0,")).length;
}

/** One line per stream: equal where the packets are the same, whatever container holds them. */
async function hashPackets(media: Buffer): Promise<string[]> {
  return (await copyPackets(media, ["-f", "streamhash"])).trim().split("\n");
}

function copyPackets(media: Buffer, output: readonly string[]): Promise<string> {
  return withFolder(async (folder) => {
    const file = join(folder, "media");
    await writeFile(file, media);
    return (await runFfmpeg(["-i", file, "-c", "copy", ...output, "-"])).toString();
  });
}
