import { readdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";
import { mainArguments, measureArguments, probeArguments } from "../../../../lambdas/media/formats/ffmpeg-arguments.ts";
import { makeMp4 } from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { findFailure, testEncoder, withScratchFolder } from "./conversion.ts";

const CANARY = "canary.mp4";

const playlists = (url: string) => ({
  "an HLS playlist of a URL": `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}/secret.ts\n#EXT-X-ENDLIST\n`,
  "an HLS playlist of a neighbour file": `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${CANARY}\n#EXT-X-ENDLIST\n`,
  "an ffconcat list of a neighbour file": `ffconcat version 1.0\nfile '${CANARY}'\n`,
  "an ffconcat list of a URL": `ffconcat version 1.0\nfile '${url}/secret.mp4'\n`,
  "a DASH manifest of a URL": dashManifest(`${url}/secret.mp4`),
  "a session description of a stream": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
});

function dashManifest(url: string): string {
  const representation = `<Representation id="1" bandwidth="1"><BaseURL>${url}</BaseURL></Representation>`;
  const set = `<Period><AdaptationSet mimeType="video/mp4">${representation}</AdaptationSet></Period>`;
  return `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">${set}</MPD>`;
}

describeWithFfmpeg("a playlist under a video's name (F1)", () => {
  let server: Server;
  let url: string;
  let hits = 0;
  let canary: Buffer;

  beforeAll(async () => {
    canary = await makeMp4();
    server = createServer((_request, response) => {
      hits += 1;
      response.end(canary);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => void server.close());

  it.each(Object.keys(playlists("")))("that is %s ends as UNSUPPORTED_FORMAT, and nobody is called", async (name) => {
    const failure = await findFailure(playlist(name));

    expect(failure.code).toBe("UNSUPPORTED_FORMAT");
    expect(hits).toBe(0);
  });

  // One layer deeper, where our own look at the first bytes has been passed: ffmpeg's whitelists alone must hold.
  it.each(Object.keys(playlists("")))("that is %s is opened neither by ffprobe nor by ffmpeg", async (name) => {
    await withScratchFolder(async (directory) => {
      const run = { directory, limits: DEFAULT_AV_LIMITS, signal: new AbortController().signal };
      await writeFile(join(directory, CANARY), canary);
      await writeFile(join(directory, "source"), playlist(name));

      const probing = testEncoder.probe("source", run);
      await expect(probing).rejects.toMatchObject({ code: expect.stringMatching(/UNSUPPORTED_FORMAT|CORRUPT_MEDIA/) });
      const reading = testEncoder.run([...measureArguments({}, run).slice(0, -3), "-f", "matroska", "out"], run);
      await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/UNSUPPORTED_FORMAT|CORRUPT_MEDIA/) });

      expect(await readdir(directory)).not.toContain("out");
      expect(hits).toBe(0);
    });
  });

  function playlist(name: string): Buffer {
    return Buffer.from(playlists(url)[name as keyof ReturnType<typeof playlists>]);
  }
});

describe("the arguments of ffprobe and ffmpeg (F1)", () => {
  const bounds = { limits: DEFAULT_AV_LIMITS, durationSeconds: 1, maxFileBytes: 1000 };
  const commands = {
    ffprobe: probeArguments("source", DEFAULT_AV_LIMITS),
    "ffmpeg that measures": measureArguments({}, { limits: DEFAULT_AV_LIMITS }),
    "ffmpeg that converts": mainArguments({ files: [] }, bounds),
  };

  it.each(Object.entries(commands))("%s: whitelist protocols, formats and decoders before the input", (_name, args) => {
    const optionOf = (option: string) => args.slice(0, args.indexOf("-i"))[args.indexOf(option) + 1];

    expect(optionOf("-protocol_whitelist")).toBe("file");
    const formats = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mp3,wav,ogg,flac,aac".split(",");
    expect(optionOf("-format_whitelist")?.split(",").sort()).toEqual(formats.sort());
    expect(optionOf("-codec_whitelist")).toContain("h264");
    expect(args.join(" ")).not.toMatch(/:\/\//);
  });

  it("let ffprobe open more decoders once it has read a file, but decode with none of them", () => {
    const args = commands.ffprobe;
    const whole = args[args.indexOf("-codec_whitelist") + 1]?.split(",");
    const opened = ["v", "a", "s"].map((kind) => args[args.indexOf(`-codec_whitelist:${kind}`) + 1]?.split(","));

    for (const names of opened) expect(names).toEqual(expect.arrayContaining(["h264", "png", "truehd"]));
    expect(opened.flat()).not.toContain("librsvg");
    expect(whole).not.toContain("png");
    expect(Object.values(commands).slice(1).join()).not.toMatch(/codec_whitelist:|png|truehd/);
  });

  it("bound pixels, streams and time before the input, and never read from a terminal (F2)", () => {
    const args = mainArguments({ files: [] }, bounds).join(" ");

    expect(args).toMatch(/^-nostdin .*-max_streams 64 -max_pixels 16000000 .*-t 3601 -i source/);
  });
});
