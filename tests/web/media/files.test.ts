import { describe, expect, it } from "vitest";
import { describeRefusal, listRefusals } from "../../../contracts/media/refused-formats.ts";
import { findRefusal, type Limits } from "../../../web/media/check-file.ts";
import { groupConversions } from "../../../web/media/conversions.ts";
import { createItem, isWaitingFor } from "../../../web/media/new-item.ts";
import { isContainer } from "../../../web/media/preview.ts";
import { itemIn } from "./item-fixture.ts";

const file = (name: string, type = "", bytes = 1) => new File(["x".repeat(bytes)], name, { type });

const LIMITS: Limits = {
  image: { maxBytes: 50_000_000 },
  video: { maxBytes: 500_000_000 },
  audio: { maxBytes: 100_000_000 },
  refused: [{ contentTypes: ["application/pdf"], extensions: [".pdf"], message: "This is a PDF. Export its pages." }],
};

it.each([
  ["photo.jpg", "image/jpeg", "image", "image/jpeg"],
  ["film.MKV", "", "video", "video/x-matroska"],
  ["sound.mp3", "audio/mp3", "audio", "audio/mpeg"],
  ["clip.webm", "video/webm;codecs=vp9", "video", "video/webm"],
  ["notes", "", undefined, ""],
])("knows %s of the system's type %j as %s, %s", (name, type, kind, contentType) => {
  expect(createItem(file(name, type), "")).toMatchObject({ kind, contentType });
});

describe("a conversion", () => {
  it("is asked for only where it fits the kind of the file, and said where it does not", () => {
    const photo = createItem(file("a.png", "image/png"), "webp");
    const film = createItem(file("a.mp4", "video/mp4"), "webp");
    const none = createItem(file("a.mp4", "video/mp4"), "");

    expect(photo).toMatchObject({ convertTo: "webp" });
    expect(film).toMatchObject({ note: "A film can't become WebP; everything else is made." });
    expect([film.convertTo, none.convertTo, none.note]).toEqual([undefined, undefined, undefined]);
  });

  it("is offered once, under all the kinds that it can be made from", () => {
    const all = groupConversions().flatMap(({ conversions }) => conversions);

    expect(all).toEqual([...new Set(all)]);
    expect(groupConversions()).toContainEqual({ label: "Pictures and films", conversions: ["gif"] });
  });
});

describe("a refusal", () => {
  it("is known before the file is sent: what is empty, too large or of a kind that nobody takes", () => {
    const waiting = itemIn({ name: "waiting" });
    const refusals = [
      findRefusal({ ...waiting, bytes: 0 }, LIMITS),
      findRefusal({ ...waiting, bytes: 62_000_000 }, LIMITS),
      findRefusal({ ...waiting, name: "notes.pdf", contentType: "", kind: undefined }, LIMITS),
      findRefusal({ ...waiting, name: "notes.xyz", contentType: "", kind: undefined }, undefined),
      findRefusal(waiting, LIMITS),
    ];

    expect(refusals.map((refusal) => refusal?.message)).toEqual([
      "This file is empty. Add another copy of it.",
      "This picture has 62 MB; at most 50 MB are accepted. Make it smaller and add it again.",
      "This is a PDF. Export its pages.",
      "This kind of file can't be opened. Add a picture, a film or a recording instead.",
      undefined,
    ]);
  });

  it("is at most 140 characters long and names no content type", () => {
    const messages = listRefusals().map(describeRefusal);

    expect(messages.length).toBeGreaterThan(20);
    expect(
      messages.filter((message) => message.length > 140 || /\b(image|video|audio|application)\//.test(message)),
    ).toEqual([]);
  });
});

it("takes a file that is added again for the one that is missing only where that can go on", () => {
  const again = file("holiday.jpg", "image/jpeg", 2);
  const failed = { name: "failed", message: "Add it again.", canRetry: true } as const;

  expect(isWaitingFor(itemIn(failed, { bytes: 2 }), again)).toBe(true);
  expect(isWaitingFor(itemIn(failed, { bytes: 3 }), again)).toBe(false);
  expect(isWaitingFor(itemIn({ ...failed, canRetry: false }, { bytes: 2 }), again)).toBe(false);
  expect(isWaitingFor(itemIn({ name: "waiting" }, { bytes: 2 }), again)).toBe(false);
});

it.each([
  ["an MP4", "\0\0\0\x20ftypisom", true],
  ["a WebM", "\x1A\x45\xDF\xA3\x01\0\0\0", true],
  ["an AVI", "RIFF\x10\0\0\0AVI ", true],
  ["a playlist, which would make the player fetch what it names", "#EXTM3U\n#EXT", false],
  ["nothing", "", false],
])("knows by its first bytes whether the browser may draw a still of %s", (_, head, isDrawn) => {
  expect(isContainer(Uint8Array.from(head, (character) => character.charCodeAt(0)))).toBe(isDrawn);
});
