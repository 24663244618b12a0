import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { Encoder } from "../../../../lambdas/media/convert/encoder.ts";
import { createFfmpegEncoder } from "../../../../lambdas/media/convert/ffmpeg-encoder.ts";
import { MediaError } from "../../../../lambdas/media/errors.ts";
import { parseProbe } from "../../../../lambdas/media/formats/av-facts.ts";
import { DEFAULT_AV_LIMITS } from "../../../../lambdas/media/formats/av-limits.ts";
import { type ConvertPlan, planConversion } from "../../../../lambdas/media/formats/av-plan.ts";
import { mainArguments } from "../../../../lambdas/media/formats/ffmpeg-arguments.ts";
import { AAC, decodeFrame, makeClip, tone } from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import {
  type ConversionOptions,
  type Converted,
  convert,
  findTestProgram,
  testEncoder,
  withScratchFolder,
} from "./conversion.ts";
import { encodeHdr, type HdrTransfer, PATCHES, toSdr } from "./hdr-patches.ts";

const SIZE = { width: 384, height: 72 } as const;
const PATCH_NAMES = Object.keys(PATCHES) as (keyof typeof PATCHES)[];
/** What every light up to the knee must become, by the standards; brighter ones have a range. */
const EXACT = ["grey", "red", "green", "blue"] as const satisfies (keyof typeof PATCHES)[];

const BT709 = {
  pix_fmt: "yuv420p",
  color_range: "tv",
  color_space: "bt709",
  color_transfer: "bt709",
  color_primaries: "bt709",
  sideData: 0,
};

describeWithFfmpeg("converting an HDR film", () => {
  let hlg: Buffer;
  let pq: Buffer;
  beforeAll(async () => {
    hlg = await makePatches("arib-std-b67", "mov", [...["-c:v", "libx264"], ...tags("arib-std-b67")]);
    const mastering =
      "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(40000000,50):max-cll=4000,400";
    const x265 = `log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:${mastering}`;
    pq = await makePatches("smpte2084", "mp4", ["-c:v", "libx265", "-x265-params", x265, "-tag:v", "hvc1"]);
  });

  it.each(["HLG", "PQ"])(
    "makes SDR of a film in %s that looks as it was filmed, poster and thumbnails too",
    async (name) => {
      const source = name === "HLG" ? hlg : pq;
      expect((await readColours(source)).color_transfer).toBe(name === "HLG" ? "arib-std-b67" : "smpte2084");

      const converted = await convert(source);

      expect(await readColours(converted.file("video.mp4"))).toEqual(BT709);
      expect(converted.warnings).toEqual([]);
      for (const [file, width] of [
        ["video.mp4", 384],
        ["poster.jpg", 384],
        ["thumb-1.jpg", 320],
      ] as const) {
        const seen = await seePatches(converted, file, { width, height: (72 * width) / 384 });
        expectNear(seen, name === "HLG" ? 9 : 5);
        const [white] = seen.white;
        expect(white).toBeGreaterThan(205);
        expect(white).toBeLessThan(230);
        expect(Math.min(...seen.peak)).toBeGreaterThan(247);
      }
    },
  );

  it.each(["mp4", "webm", "gif"] as const)("makes SDR of what it is converted to: %s", async (convertTo) => {
    const converted = await convert(hlg, { convertTo });

    const file = convertTo === "mp4" ? "converted.mp4" : `converted.${convertTo}`;
    expectNear(await seePatches(converted, file, SIZE), convertTo === "gif" ? 14 : 9);
    if (convertTo !== "gif") expect(await readColours(converted.file(file))).toEqual(BT709);
  });

  it("does not copy it, though every player could decode it", async () => {
    const output = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-profile:v", "high", ...tags("arib-std-b67")];
    const eightBit = await makePatches("arib-std-b67", "mp4", output);

    const converted = await convert(eightBit);

    expect(await readColours(converted.file("video.mp4"))).toEqual(BT709);
    expectNear(await seePatches(converted, "video.mp4", SIZE), 10);
  });

  it("takes BT.2020 where a film tells its transfer alone", async () => {
    const bare = await makePatches("smpte2084", "mkv", ["-c:v", "libx264", "-color_trc", "smpte2084"]);

    const converted = await convert(bare);

    expectNear(await seePatches(converted, "video.mp4", SIZE));
    expect(converted.warnings).toEqual([]);
  });

  it("completes with odd sides, a full range and an RGB codec's matrix", async () => {
    const odd = await makeClip({
      extension: "mkv",
      sources: ["testsrc2=size=127x71:rate=25:duration=1,format=yuv420p10le"],
      output: ["-c:v", "libx264", "-color_range", "pc", ...tags("arib-std-b67")],
    });
    const rgb = await makeClip({
      extension: "mkv",
      sources: ["testsrc2=size=128x72:rate=25:duration=1,format=gbrp10le"],
      output: ["-c:v", "libx265", "-x265-params", "log-level=error:colormatrix=gbr:transfer=smpte2084"],
    });

    const converted = await Promise.all([convert(odd), convert(rgb)]);

    expect(converted.map(({ warnings }) => warnings)).toEqual([[], []]);
    expect(converted[0]?.rendition("video")).toMatchObject({ width: 126, height: 70 });
  });

  it.each(["HLG", "PQ"])(
    "completes a film in %s where ffmpeg has no zscale: it keeps its colours, and the log says so",
    async (name) => {
      const source = name === "HLG" ? hlg : pq;

      const converted = await withoutZscale((encoder) => convert(source, { encoder }));

      expect(converted.warnings).toEqual([expect.stringContaining("zscale")]);
      const { color_transfer } = await readColours(source);
      expect(await readColours(converted.file("video.mp4"))).toMatchObject({ color_transfer, pix_fmt: "yuv420p" });
      expect([...converted.files.keys()]).toContain("thumb-1.jpg");
      // As far from what was filmed as the other tests allow nothing to be.
      const seen = await seePatches(converted, "video.mp4", SIZE);
      expect(difference(seen.red, toSdr(PATCHES.red))).toBeGreaterThan(25);
      expect(difference(seen.grey, toSdr(PATCHES.grey))).toBeGreaterThan(10);
    },
  );

  it.each([
    ["sound cannot be copied, and maps it", "copy", BT709, 0],
    ["colours cannot be converted, and keeps them", "zscale=", { color_transfer: "arib-std-b67" }, 1],
  ])("completes a film whose %s", async (_what, refused, colours, warnings) => {
    const film = await makeClip({
      extension: "mp4",
      sources: ["testsrc2=size=128x72:rate=25:duration=1,format=yuv420p10le", tone()],
      output: ["-c:v", "libx264", ...tags("arib-std-b67"), ...AAC],
    });
    const encoder: Encoder = {
      ...testEncoder,
      run: async (args, ...rest) => {
        if (args.some((arg) => arg.includes(refused))) throw new MediaError("ENCODER_FAILED");
        return testEncoder.run(args, ...rest);
      },
    };

    const converted = await convert(film, { encoder });

    expect(await readColours(converted.file("video.mp4"))).toMatchObject(colours);
    expect(converted.warnings).toHaveLength(warnings);
  });

  it("gives the same bytes of the same film each time (E3)", async () => {
    const [first, second] = [await convert(pq), await convert(pq)];

    expect(new Map([...first.files].sort())).toEqual(new Map([...second.files].sort()));
  });
});

describeWithFfmpeg("converting an SDR film of ten bits", () => {
  it("keeps its colours, whatever it says of them", async () => {
    const tagged = ["-color_primaries", "bt2020", "-color_trc", "bt2020-10", "-colorspace", "bt2020nc"];
    for (const output of [[], tagged]) {
      const film = await makeClip({
        extension: "mp4",
        sources: ["color=0x808080:size=128x72:rate=25:duration=1,format=yuv420p10le", tone()],
        output: ["-c:v", "libx264", ...output, ...AAC],
      });

      const converted = await convert(film);

      const frame = await decodeFrame(converted.file("video.mp4"), { width: 128, height: 72 });
      expect(difference(frame.colourAt(0.5, 0.5), [128, 128, 128])).toBeLessThan(5);
      expect(converted.warnings).toEqual([]);
    }
  });
});

describe("the plan of an HDR film", () => {
  it("maps each frame once, at the size of the largest film and no more often than it is shown", () => {
    const graph = graphOf(planned({ ...UHD, color_transfer: "arib-std-b67" }));

    expect(graph.match(/zscale=tin=arib/g)).toHaveLength(1);
    expect(graph).toMatch(
      /^\[0:0\]setsar=1,fps=60,scale=w='if\(.*,1920,.*\)':h='if\(.*,1080,.*\)',pad=1920:1080:-1:-1,zscale=tin=arib-std-b67:pin=bt2020:min=bt2020nc:/,
    );
  });

  it("keeps the whole size where mp4 is asked for", () => {
    expect(planned({ ...UHD, color_transfer: "smpte2084" }, "mp4").toneMap?.size).toEqual({
      width: 3840,
      height: 2160,
    });
  });

  it.each(["bt709", "bt2020-10", "smpte170m", "iec61966-2-1", "unknown", "", undefined])(
    "leaves a film of transfer %s as it is",
    (transfer) => {
      const plan = planned({ ...UHD, color_transfer: transfer, color_primaries: "bt2020" });

      expect(plan.toneMap).toBeUndefined();
      expect(graphOf(plan)).not.toMatch(/zscale|lutrgb/);
    },
  );

  it("believes no name that zscale does not know", () => {
    const odd = { ...UHD, color_transfer: "smpte2084", color_primaries: "film'", color_space: "reserved" };

    expect(planned(odd).toneMap?.colours).toEqual({ transfer: "smpte2084", primaries: "bt2020", matrix: "bt2020nc" });
  });
});

const UHD = {
  index: 0,
  codec_type: "video",
  codec_name: "hevc",
  pix_fmt: "yuv420p10le",
  width: 3840,
  height: 2160,
  avg_frame_rate: "120/1",
};

function planned(stream: object, convertTo?: ConversionOptions["convertTo"]): ConvertPlan {
  const format = { format_name: "mov,mp4,m4a,3gp,3g2,mj2", nb_streams: 1, duration: "10" };
  return planConversion(parseProbe(JSON.stringify({ format, streams: [stream] })), {
    kind: "video",
    convertTo,
    mayCopy: true,
  });
}

function graphOf(plan: ConvertPlan): string {
  const args = mainArguments(plan, { limits: DEFAULT_AV_LIMITS, durationSeconds: 10, maxFileBytes: 1e6 });
  return args[args.indexOf("-filter_complex") + 1] ?? "";
}

function tags(transfer: HdrTransfer): string[] {
  return ["-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc"];
}

/** Columns of plain light, in ten bits. */
function makePatches(transfer: HdrTransfer, extension: string, output: readonly string[]): Promise<Buffer> {
  const width = SIZE.width / PATCH_NAMES.length;
  const codes = PATCH_NAMES.map((name) => encodeHdr(PATCHES[name], transfer));
  const columns = codes.map(([y, cb, cr]) => {
    const size = `${width}x${SIZE.height}`;
    return `color=black:size=${size}:rate=25:duration=1,format=yuv420p10le,lutyuv=y=${y}:u=${cb}:v=${cr}`;
  });
  const graph = columns.map((column, index) => `${column}[c${index}]`).join(";");
  const inputs = columns.map((_, index) => `[c${index}]`).join("");
  return makeClip({
    extension,
    sources: [`${graph};${inputs}hstack=inputs=${columns.length}`],
    output: ["-preset", "ultrafast", "-crf", "4", ...output],
  });
}

type Seen = Record<keyof typeof PATCHES, readonly [number, number, number]>;

async function seePatches(converted: Converted, file: string, size: { width: number; height: number }): Promise<Seen> {
  const frame = await decodeFrame(converted.file(file), size);
  const seen = PATCH_NAMES.map((name, index) => [name, frame.colourAt((index + 0.5) / PATCH_NAMES.length, 0.5)]);
  return Object.fromEntries(seen) as Seen;
}

function expectNear(seen: Seen, tolerance = 9): void {
  for (const patch of EXACT) {
    const expected = toSdr(PATCHES[patch]);
    expect(difference(seen[patch], expected), `${patch}: ${seen[patch]}, not ${expected}`).toBeLessThanOrEqual(
      tolerance,
    );
  }
}

function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? 0))));
}

/** What ffprobe says of the picture, and how many records of side data (mastering display, light level) it has. */
async function readColours(media: Buffer): Promise<Record<string, unknown>> {
  const ffprobe = await findTestProgram("ffprobe");
  return withScratchFolder(async (folder) => {
    await writeFile(join(folder, "media"), media);
    const entries = "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries:stream_side_data_list";
    const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "json", "media"];
    const { stdout } = await promisify(execFile)(ffprobe ?? "", args, { cwd: folder });
    const { side_data_list: sideData = [], ...colours } = JSON.parse(stdout).streams[0];
    return { ...colours, sideData: sideData.length };
  });
}

/** The ffmpeg of the tests, as if it had been built without libzimg. */
async function withoutZscale<T>(use: (encoder: ReturnType<typeof createFfmpegEncoder>) => Promise<T>): Promise<T> {
  return withScratchFolder(async (folder) => {
    const program = join(folder, "ffmpeg");
    const refuse = `case "$*" in *zscale=*) echo "[AVFilterGraph @ 0x1] No such filter: 'zscale'" >&2; exit 1;; esac`;
    await writeFile(program, `#!/bin/sh\n${refuse}\nexec ${await findTestProgram("ffmpeg")} "$@"\n`, { mode: 0o755 });
    return use(createFfmpegEncoder(async (name) => (name === "ffmpeg" ? program : findTestProgram(name))));
  });
}
