import { expect, it } from "vitest";
import { contentTypeOf } from "../../web/content-type.ts";
import { uploadRequest } from "../../web/upload-file.ts";
import { formatBytes } from "../../web/views/bytes.ts";

it.each([
  ["photo.jpg", "image/jpeg", "image/jpeg"],
  ["film.mkv", "", "video/x-matroska"],
  ["sound.mp3", "audio/mp3", "audio/mpeg"],
  ["clip.webm", "video/webm;codecs=vp9", "video/webm"],
  ["notes", "", "application/octet-stream"],
])("declares %s of the system's type %j as %s", (name, type, expected) => {
  expect(contentTypeOf({ name, type })).toBe(expected);
});

it("asks for a conversion only where it fits the kind of the file", () => {
  const photo = new File(["x"], "a.png", { type: "image/png" });
  const film = new File(["x"], "a.mp4", { type: "video/mp4" });

  expect(uploadRequest(photo, "image/webp")).toMatchObject({ contentType: "image/png", size: 1, convertTo: "webp" });
  expect(uploadRequest(film, "image/webp")).not.toHaveProperty("convertTo");
  expect(uploadRequest(film, "")).not.toHaveProperty("convertTo");
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1234, "1.2 kB"],
  [4_167_727, "4.2 MB"],
  [500_000_000, "500 MB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
