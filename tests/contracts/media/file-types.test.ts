import { describe, expect, it } from "vitest";
import { ACCEPTED_FORMATS } from "../../../contracts/media/accepted-formats.ts";
import { identifyFile } from "../../../contracts/media/file-types.ts";
import { MEDIA_KINDS } from "../../../contracts/media/media.ts";
import {
  describeRefusal,
  listRefusals,
  REFUSED_FORMATS,
  type RefusedFormat,
} from "../../../contracts/media/refused-formats.ts";
import { CONTAINERS, type Container } from "../../../lambdas/media/formats/av-container.ts";
import { SOURCE_FORMATS } from "../../../lambdas/media/formats/image-formats.ts";

/** `video/webm`, the name of a refusal, or unknown. */
function identify(contentType: string, fileName = "file"): string {
  const type = identifyFile({ contentType, fileName });
  if (type.outcome === "accepted") return type.format.contentType;
  return type.outcome === "refused" ? type.refusal.what : "unknown";
}

const ACCEPTED = MEDIA_KINDS.flatMap((kind) => ACCEPTED_FORMATS[kind].map((format) => ({ kind, format })));

describe("a file's declared type", () => {
  it.each([
    ["video/webm;codecs=vp8,opus", "video/webm"],
    ['video/webm; codecs="vp9,opus"', "video/webm"],
    ["video/x-matroska;codecs=avc1", "video/x-matroska"],
    ["audio/webm;codecs=opus", "audio/webm"],
    ["audio/ogg; codecs=opus", "audio/ogg"],
    ["audio/mp4;codecs=mp4a.40.2", "audio/mp4"],
    [" IMAGE/JPEG ", "image/jpeg"],
    ["image/jpg", "image/jpeg"],
    ["image/pjpeg", "image/jpeg"],
    ["image/x-png", "image/png"],
    ["audio/mp3", "audio/mpeg"],
    ["audio/x-mp3", "audio/mpeg"],
    ["audio/x-flac", "audio/flac"],
    ["audio/x-m4a", "audio/mp4"],
    ["audio/x-m4b", "audio/mp4"],
    ["audio/x-wav", "audio/wav"],
    ["audio/wave", "audio/wav"],
    ["audio/vnd.wave", "audio/wav"],
    ["video/x-m4v", "video/mp4"],
    ["video/3gpp", "video/mp4"],
    ["video/3gpp2", "video/mp4"],
    ["audio/3gpp", "audio/mp4"],
    ["video/ogg", "video/ogg"],
    ["audio/opus", "audio/ogg"],
    ["application/ogg", "audio/ogg"],
    ["video/quicktime", "video/quicktime"],
    ["video/x-matroska", "video/x-matroska"],
  ])("of %s is signed as %s", (declared, signed) => {
    expect(identify(declared)).toBe(signed);
  });

  it.each([
    ["", "film.MKV", "video/x-matroska"],
    ["application/octet-stream", "sound.opus", "audio/ogg"],
    ["application/ogg", "film.ogv", "video/ogg"],
    ["application/x-matroska", "sound.mka", "audio/x-matroska"],
    ["audio/x-never-heard-of", "sound.flac", "audio/flac"],
    ["video/x-never-heard-of", "film.wmv", "a Windows Media video"],
    ["", "IMG_1.CR3", "a camera's raw photo"],
    ["text/vnd.trolltech.linguist", "clip.ts", "an MPEG transport stream"],
  ])("of %j leaves it to the name %s: %s", (declared, name, expected) => {
    expect(identify(declared, name)).toBe(expected);
  });

  it.each([
    ["", "README"],
    ["", ".jpg.exe5"],
    ["application/x-never-heard-of", "photo.jpg"],
    ["image/x-never-heard-of", "film.mp4"],
    ["image/*", "photo.jpg"],
    ["image", "photo.jpg"],
  ])("of %j and the name %s say nothing", (declared, name) => {
    expect(identify(declared, name)).toBe("unknown");
  });

  it.each([
    ["image/x-canon-cr2", "a camera's raw photo"],
    ["image/svg+xml", "an SVG drawing"],
    ["video/x-flv", "a Flash video"],
    ["audio/x-ms-wma", "a Windows Media recording"],
    ["audio/x-aiff", "an AIFF recording"],
    ["application/vnd.rar", "an archive"],
    ["text/html", "a web page"],
  ])("of %s is refused by the word that is its extension: %s", (declared, what) => {
    expect(identify(declared)).toBe(what);
  });

  it("counts for more than the name, where it is known", () => {
    expect(identify("image/png", "film.mp4")).toBe("image/png");
    expect(identify("application/pdf", "photo.jpg")).toBe("a PDF document");
  });
});

describe("the tables of formats", () => {
  it("say of no type and of no extension two things", () => {
    const types = [...ACCEPTED.map(({ format }) => format.aliases), ...listRefusals().map((it) => it.contentTypes)];
    const signed = new Set(ACCEPTED.map(({ format }) => format.contentType));
    const extensions = [
      ...ACCEPTED.map(({ format }) => format.extensions),
      ...listRefusals().map((it) => it.extensions),
    ];

    expect(findTwice([...signed, ...types.flat()])).toEqual([]);
    expect(findTwice(extensions.flat())).toEqual([]);
  });

  it("are in lower case, and sign each kind as its own family, so that keys and types agree", () => {
    for (const { kind, format } of ACCEPTED) {
      expect(format.contentType).toMatch(new RegExp(`^${kind}/[a-z0-9-]+$`));
      for (const alias of format.aliases) expect(alias).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
      for (const extension of format.extensions) expect(identify("", `x.${extension}`)).toBe(format.contentType);
    }
    for (const { contentTypes, extensions } of listRefusals()) {
      for (const type of contentTypes) expect(type).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
      for (const extension of extensions) expect(extension).toMatch(/^[a-z0-9-]{1,12}$/);
    }
  });

  it("sign exactly the types that the workers report once they have read the bytes (U2)", () => {
    const containers: readonly Container[] = Object.values(CONTAINERS);
    const reported = [
      ...Object.values(SOURCE_FORMATS).map(({ contentType }) => contentType),
      ...containers.flatMap(({ videoType, audioType }) => [videoType ?? audioType, audioType]),
    ];

    expect(new Set(ACCEPTED.map(({ format }) => format.contentType))).toEqual(new Set(reported));
  });

  it.each<[string, RefusedFormat]>(Object.entries(REFUSED_FORMATS))(
    "refuse %s in one sentence, say in another what to do, in 140 characters and in no type's name",
    (_, refusal) => {
      const sentences = describeRefusal(refusal).match(/[^.]+\.(?= [A-Z]|$)/g) ?? [];

      expect(describeRefusal(refusal).length).toBeLessThanOrEqual(140);
      expect(sentences).toHaveLength(2);
      expect(describeRefusal(refusal)).not.toMatch(/\w\/\w/);
    },
  );
});

function findTwice(words: readonly string[]): string[] {
  return words.filter((word, index) => words.indexOf(word) !== index);
}
