import { describe, expect, it } from "vitest";
import { describeGain, planSources, planTable, type Rendition, writePicture } from "../../../web/media/renditions.ts";
import { planStep } from "../../../web/media/views/plan-step.ts";

const make = (name: string, contentType: string, width: number, bytes: number): Rendition => {
  const extension = contentType.split("/")[1] ?? "";
  return { name, contentType, width, height: width / 2, bytes, url: `https://cdn.example/${name}.${extension}` };
};
const source = { kind: "image", contentType: "image/jpeg", bytes: 4_200_000 } as const;
const PHOTO = [
  make("w640", "image/jpeg", 640, 90_000),
  make("w320", "image/webp", 320, 20_000),
  make("w640", "image/webp", 640, 60_000),
  make("w320", "image/jpeg", 320, 30_000),
];

describe("the table of renditions", () => {
  it("has a row for each size and a column for each format, the better compressed first", () => {
    const { formats, rows } = planTable(PHOTO);

    expect(formats).toEqual(["WebP", "JPEG"]);
    expect(rows.map(({ label, cells }) => [label, ...cells.map((cell) => cell?.bytes)])).toEqual([
      ["640 × 320", 60_000, 90_000],
      ["320 × 160", 20_000, 30_000],
    ]);
  });

  it("names what is no size, and leaves a cell empty where nothing was made", () => {
    const film = [make("video", "video/mp4", 640, 900_000), make("thumb-2", "image/jpeg", 320, 9_000)];

    expect(planTable(film).rows.map(({ label, cells }) => [label, ...cells.map((cell) => cell?.bytes)])).toEqual([
      ["Film, 640 × 320", undefined, 900_000],
      ["Thumbnail 2, 320 × 160", 9_000, undefined],
    ]);
  });
});

describe("<picture>", () => {
  it("offers every format in all its widths, and falls back to the one that all browsers know", () => {
    expect(writePicture({ source, renditions: PHOTO }, "50vw")).toBe(
      [
        "<picture>",
        '  <source type="image/webp" srcset="https://cdn.example/w320.webp 320w, https://cdn.example/w640.webp 640w" sizes="50vw">',
        '  <img src="https://cdn.example/w640.jpeg" srcset="https://cdn.example/w320.jpeg 320w, https://cdn.example/w640.jpeg 640w" sizes="50vw" width="640" height="320" alt="" loading="lazy">',
        "</picture>",
      ].join("\n"),
    );
  });

  it("leaves out a format that lacks the largest width: its pictures would be shown blurred", () => {
    const renditions = PHOTO.filter(({ name, contentType }) => name !== "w640" || contentType !== "image/webp");

    expect(planSources({ source, renditions }).map(({ contentType }) => contentType)).toEqual(["image/jpeg"]);
  });

  it("is not there for sound", () => {
    const sound = { kind: "audio", contentType: "audio/mpeg", bytes: 1 } as const;
    expect(writePicture({ source: sound, renditions: [make("audio", "audio/mp4", 0, 1)] })).toBeUndefined();
  });
});

it("tells what was gained by the smallest file of the largest size", () => {
  expect(describeGain({ source, renditions: PHOTO })).toBe("4.2 MB → 60 kB, 99 % less (WebP, 640 × 320)");
});

it.each([
  ["ArrowRight", 0, 1],
  ["ArrowLeft", 0, -1],
  ["ArrowDown", 1, 4],
  ["ArrowDown", 3, -1],
  ["ArrowUp", 4, 1],
  ["Home", 4, 0],
  ["End", 0, 4],
  ["a", 0, -1],
])("leads %s from frame %d of five in rows of three to %d", (key, from, to) => {
  expect(planStep(key, from, 5, 3)).toBe(to);
});
