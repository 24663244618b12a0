import { describe, expect, it } from "vitest";
import { CONVERSIONS } from "../../../../contracts/media/media.ts";
import type { MediaFacts, Picture, Sound } from "../../../../lambdas/media/formats/av-facts.ts";
import { countThreads, DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";
import { type PlanOptions, planConversion } from "../../../../lambdas/media/formats/av-plan.ts";
import { CONVERSION_PRESETS } from "../../../../lambdas/media/formats/av-presets.ts";
import { mainArguments } from "../../../../lambdas/media/formats/ffmpeg-arguments.ts";

const phonePicture: Picture = {
  index: 0,
  codec: "h264",
  profile: "High",
  level: 42,
  pixelFormat: "yuv420p",
  storedWidth: 1920,
  storedHeight: 1080,
  rotation: 0,
  pixelAspect: 1,
  display: { width: 1920, height: 1080 },
  framesPerSecond: 30,
  interlaced: false,
  hiddenSeconds: 0.07,
};
const phoneSound: Sound = {
  index: 1,
  codec: "aac",
  profile: "LC",
  channels: 2,
  sampleRate: 48_000,
  hiddenSeconds: 0.05,
};
const phoneFilm: MediaFacts = {
  demuxer: "mov,mp4,m4a,3gp,3g2,mj2",
  durationSeconds: 10,
  bitsPerSecond: 17_000_000,
  streamCount: 2,
  picture: phonePicture,
  sound: phoneSound,
  unreadPictures: [],
  unreadSounds: [],
};

describe("the plan of a film", () => {
  it("copies a film that every player knows, and decodes its key frames alone", () => {
    const plan = planned();

    expect(plan.files).toMatchObject([{ picture: { treatment: "copy" }, sound: { treatment: "copy" } }]);
    expect(plan.stills?.keyFramesOnly).toBe(true);
  });

  it.each([
    ["another codec", { codec: "hevc" }],
    ["a higher profile", { profile: "High 4:2:2" }],
    ["a level above 4.2", { level: 51 }],
    ["an unknown level", { level: undefined }],
    ["ten bits", { pixelFormat: "yuv420p10le" }],
    ["HDR", { hdr: { transfer: "arib-std-b67", primaries: "bt2020", matrix: "bt2020nc" } }],
    ["a turned picture", { rotation: 180 }],
    ["pixels that are not square", { pixelAspect: 2, display: { width: 3840, height: 1080 } }],
    ["fields", { interlaced: true }],
    ["frames that were trimmed away", { hiddenSeconds: 1.5 }],
    ["more than 60 frames a second", { framesPerSecond: 120 }],
    ["more than Full HD", { storedWidth: 2560, display: { width: 2560, height: 1080 } }],
    ["an odd side", { storedWidth: 1279, display: { width: 1279, height: 1080 } }],
  ] satisfies [string, Partial<Picture>][])("encodes a picture with %s, and copies its sound", (_what, picture) => {
    const plan = planned({ picture: { ...phonePicture, ...picture } });

    expect(plan.files).toMatchObject([{ picture: { treatment: "encode" }, sound: { treatment: "copy" } }]);
    expect(plan.stills?.keyFramesOnly).toBe(false);
  });

  it.each([
    ["another codec", { codec: "opus" }],
    ["AAC's other profiles", { profile: "HE-AAC" }],
    ["six channels", { channels: 6 }],
    ["96 kHz", { sampleRate: 96_000 }],
    ["a part that was trimmed away", { hiddenSeconds: 1.5 }],
  ] satisfies [string, Partial<Sound>][])("copies the picture and encodes a sound with %s", (_what, sound) => {
    const plan = planned({ sound: { ...phoneSound, ...sound } });

    expect(plan.files).toMatchObject([{ picture: { treatment: "copy" }, sound: { treatment: "encode" } }]);
  });

  it.each([
    ["a camera's bit rate", { bitsPerSecond: 60_000_000 }],
    ["an unknown bit rate", { bitsPerSecond: undefined }],
    ["a container without times", { demuxer: "avi" }],
  ] satisfies [string, Partial<MediaFacts>][])("encodes a film of %s", (_what, facts) => {
    expect(planned(facts).files).toMatchObject([{ picture: { treatment: "encode" } }]);
  });

  it("encodes everything at the second try", () => {
    const plan = planned({}, { mayCopy: false });

    expect(plan.files).toMatchObject([{ picture: { treatment: "encode" }, sound: { treatment: "encode" } }]);
  });

  it.each([
    [3840, 2160, 1920, 1080],
    [2160, 3840, 1080, 1920],
    [2560, 1080, 1920, 810],
    [1080, 1080, 1080, 1080],
    [2000, 2000, 1080, 1080],
    [641, 361, 640, 360],
    [1, 1, 2, 2],
    [16_000, 2, 1920, 2],
  ])("fits %i × %i into %i × %i", (width, height, fittingWidth, fittingHeight) => {
    const picture = { ...phonePicture, codec: "vp9", storedWidth: width, storedHeight: height };

    const [film] = planned({ picture: { ...picture, display: { width, height } } }).files;

    expect(film?.picture?.size).toEqual({ width: fittingWidth, height: fittingHeight });
  });

  it("gives a conversion that is no other work a second name, not a second file", () => {
    expect(planned({}, { convertTo: "mp4" }).files).toMatchObject([{ renditions: ["video", "converted"] }]);
    const large = { ...phonePicture, storedWidth: 2560, display: { width: 2560, height: 1440 } };
    expect(planned({ picture: large }, { convertTo: "mp4" }).files).toHaveLength(2);
  });

  it("knows every conversion that the API offers", () => {
    expect(Object.keys(CONVERSION_PRESETS).sort()).toEqual([...CONVERSIONS.video].sort());
    expect(CONVERSIONS.audio.every((conversion) => CONVERSION_PRESETS[conversion].needs === "sound")).toBe(true);
  });

  it("bounds the size of every film that ffmpeg writes (F3)", () => {
    const bounds = { limits: DEFAULT_AV_LIMITS, durationSeconds: 10, maxFileBytes: 1234 };

    const args = mainArguments(planned({}, { convertTo: "webm" }), bounds).join(" ");

    expect(args).toMatch(/-fs 1234 -f mp4 \S+ \S+ video\.mp4 .*-fs 1234 -f webm converted\.webm/);
  });

  it.each([
    [512, 1],
    [1769, 1],
    [3008, 2],
    [3538, 2],
    [10_240, 6],
  ])("decodes and encodes in as many threads as %i MB have vCPUs: %i", (memoryMb, threads) => {
    const limits = { ...DEFAULT_AV_LIMITS, threads: countThreads(memoryMb) };
    const plan = planned({}, { convertTo: "webm", mayCopy: false });

    const args = mainArguments(plan, { limits, durationSeconds: 10, maxFileBytes: 1234 }).join(" ");

    const [decoder, mp4, webm] = [...args.matchAll(/-threads (\d+)/g)].map(([, count]) => Number(count));
    expect([decoder, mp4, webm]).toEqual([threads, threads, threads]);
  });

  it("refuses pictures of what has none", () => {
    const options = { kind: "video", convertTo: "gif", mayCopy: true } as const;

    expect(() => planConversion({ ...phoneFilm, picture: undefined }, options)).toThrow("no picture");
  });

  it.each([
    ["no picture", "video", { picture: undefined, unreadPictures: ["wmv3"] }, "film is encoded with wmv3,"],
    ["no sound", "video", { sound: undefined, unreadSounds: ["wmav2"] }, "film's sound is encoded with wmav2,"],
    ["no sound", "audio", { sound: undefined, unreadSounds: ["cook"] }, "file is encoded with cook,"],
  ] as const)("names the codec when there is %s that it can read (%s)", (_what, kind, facts, words) => {
    expect(() => planned(facts, { kind })).toThrow(words);
  });

  it("does without what is not asked for: the picture where the sound alone is taken", () => {
    const facts = { picture: undefined, unreadPictures: ["wmv3"] };

    expect(planned(facts, { kind: "audio" }).files).toHaveLength(1);
  });

  it.each([
    [6000, 7350],
    [22_254, 24_000],
    [44_100, 44_100],
    [47_952, 48_000],
    [96_000, 48_000],
  ])("encodes a sound of %i Hz at %i Hz", (sampleRate, expected) => {
    const bounds = { limits: DEFAULT_AV_LIMITS, durationSeconds: 10, maxFileBytes: 1000 };

    const plan = planned({ picture: undefined, sound: { ...phoneSound, codec: "flac", sampleRate } });

    const args = mainArguments(plan, bounds);
    expect(args[args.indexOf("-ar") + 1]).toBe(`${expected}`);
  });
});

function planned(facts: Partial<MediaFacts> = {}, options: Partial<PlanOptions> = {}) {
  return planConversion({ ...phoneFilm, ...facts }, { kind: "video", mayCopy: true, ...options });
}
