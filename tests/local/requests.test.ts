import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limitsResponse, statusResponse } from "../../contracts/media/api.ts";
import { makeClip, movingPicture, tone } from "../support/clips.ts";
import { describeWithFfmpeg } from "../support/ffmpeg.ts";
import { ALLOWED_ORIGIN, openTestLaptop, type TestLaptop } from "../support/laptop.ts";
import { presign, sendFile, uploadFile, waitForJob } from "../support/uploads.ts";

/** What pages, browsers and recorders ask of the API, on the whole stack. */

let laptop: TestLaptop;
beforeAll(async () => {
  laptop = await openTestLaptop();
});
afterAll(() => laptop?.close());

const makePng = () =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: "#357" } })
    .png()
    .toBuffer();

const SMALL_VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"];
const SMALL_H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];

describeWithFfmpeg("a recording", () => {
  const film = [movingPicture("64x48"), tone()];

  it.each([
    ["video/webm;codecs=vp8,opus", "recorder", { extension: "webm", sources: film, output: SMALL_VP8 }],
    ["", "film.mkv", { extension: "mkv", sources: film, output: SMALL_H264 }],
    ["video/x-m4v", "film", { extension: "mp4", sources: film, output: SMALL_H264 }],
    ["video/3gpp", "film", { extension: "3gp", sources: film, output: SMALL_H264 }],
    ["video/ogg", "film", { extension: "ogv", sources: film, output: ["-c:v", "libtheora", "-c:a", "libvorbis"] }],
    ["audio/x-m4b", "book", { extension: "m4a", sources: [tone()], output: ["-c:a", "aac"] }],
    ["audio/opus", "voice", { extension: "ogg", sources: [tone()], output: ["-c:a", "libopus"] }],
    ["audio/webm;codecs=opus", "voice", { extension: "webm", sources: [tone()], output: ["-c:a", "libopus"] }],
    ["audio/x-flac", "music", { extension: "flac", sources: [tone()] }],
    ["audio/vnd.wave", "music", { extension: "wav", sources: [tone()] }],
    ["AUDIO/MP3", "music", { extension: "mp3", sources: [tone()], output: ["-c:a", "libmp3lame"] }],
  ] as const)(
    "that calls itself %j completes, as the type that presign answered",
    async (contentType, fileName, clip) => {
      const presigned = await uploadFile(laptop.apiUrl, { contentType, fileName, body: await makeClip(clip) });

      const job = await waitForJob(presigned, 60);

      expect(job).toMatchObject({ status: "COMPLETED", fileName, source: { contentType: presigned.contentType } });
    },
    90_000,
  );
});

describe("a page's requests", () => {
  it("may send If-None-Match and read the ETag, of a job that waits too, and are answered 304", async () => {
    const { statusUrl } = await presign(laptop.apiUrl, {
      fileName: "\u200eImage.jpg",
      contentType: "image/jpg",
      body: await makePng(),
    });
    const ask = (headers: Record<string, string>, method = "GET") =>
      fetch(statusUrl, { method, headers: { origin: ALLOWED_ORIGIN, ...headers } });

    const preflight = await ask(
      { "access-control-request-method": "GET", "access-control-request-headers": "if-none-match" },
      "OPTIONS",
    );
    const first = await ask({});
    const etag = first.headers.get("etag") ?? "";
    const again = await ask({ "if-none-match": etag });

    expect(preflight.headers.get("access-control-allow-headers")).toContain("if-none-match");
    expect(first.headers.get("access-control-expose-headers")).toContain("etag");
    expect(statusResponse.parse(await first.json())).toMatchObject({ status: "PENDING", fileName: "Image.jpg" });
    expect([again.status, again.headers.get("etag"), again.headers.get("retry-after")]).toEqual([304, etag, "1"]);
  });

  it("learn the limits of this deployment, from a function that has another route as well", async () => {
    const response = await fetch(`${laptop.apiUrl}/limits`);

    expect(limitsResponse.parse(await response.json()).image.maxBytes).toBe(50_000_000);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  });

  it("that send a file again, because the answer to their PUT was lost, see 412, and a job that is well", async () => {
    const body = await makePng();
    const presigned = await presign(laptop.apiUrl, { fileName: "a.png", contentType: "image/png", body }, "PUT");

    const first = await sendFile(presigned, body);
    const again = await sendFile(presigned, body);

    expect([first.status, again.status]).toEqual([200, 412]);
    expect(await waitForJob(presigned)).toMatchObject({ status: "COMPLETED" });
  });
});
