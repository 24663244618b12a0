import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { Encoder } from "../../../../lambdas/media/convert/encoder.ts";
import { H264, makeClip, makeMp4, movingPicture } from "../../../support/clips.ts";
import { describeWithFfmpeg } from "../../../support/ffmpeg.ts";
import { convert, findFailure, testEncoder } from "./conversion.ts";

describeWithFfmpeg("an ffmpeg that reports success (F7)", () => {
  let source: Buffer;
  let silent: Buffer;
  let smaller: Buffer;
  beforeAll(async () => {
    source = await makeMp4({ output: ["-vf", "setsar=2"] });
    silent = await makeClip({ extension: "mp4", sources: [movingPicture("256x72")], output: [...H264] });
    smaller = await makeMp4({ size: "64x36" });
  });

  it.each([
    ["wrote nothing", () => undefined],
    ["wrote an empty film", () => Buffer.alloc(0)],
    ["wrote noise", () => Buffer.from("this is no film at all")],
    ["cut the film off", () => source.subarray(0, source.length / 2)],
    ["lost the sound", () => silent],
    ["wrote another size", () => smaller],
  ] satisfies [string, () => Buffer | undefined][])("but %s is not believed", async (_what, film) => {
    const failure = await findFailure(source, { encoder: replacing("video.mp4", film()) });

    expect(failure.code).toBe("ENCODER_FAILED");
  });

  it.each([
    ["wrote no still", undefined],
    ["wrote an empty still", Buffer.alloc(0)],
    ["wrote a still that is none", Buffer.from("<html>")],
  ] as const)("but %s is not believed", async (_what, still) => {
    const failure = await findFailure(source, { encoder: replacing("poster-%.jpg", still) });

    expect(failure.code).toBe("ENCODER_FAILED");
  });

  it("but copied what does not come out right is asked to encode it instead", async () => {
    const fits = await makeMp4();
    const commands: string[][] = [];
    const encoder = watching(commands, spoilingFirst("video.mp4"));

    const { rendition } = await convert(fits, { encoder });

    expect(commands.map((args) => args.includes("libx264"))).toEqual([false, true]);
    expect(rendition("video")).toMatchObject({ width: 128, height: 72 });
  });
});

/** ffmpeg runs, and what it left under `name` is not what it wrote. `%` stands for the numbers 1 to 6. */
function replacing(name: string, body: Buffer | undefined): Encoder {
  const pattern = name.replace("%", "%d");
  return {
    ...testEncoder,
    run: async (args, run, onProgress) => {
      const elsewhere = args.map((arg) => (arg === pattern ? `other-${arg}` : arg));
      const done = await testEncoder.run(elsewhere, run, onProgress);
      for (const number of body ? [1, 2, 3, 4, 5, 6] : []) {
        await writeFile(join(run.directory, name.replace("%", `${number}`)), body ?? "");
      }
      return done;
    },
  };
}

function spoilingFirst(name: string): Encoder {
  let runs = 0;
  const spoiling = replacing(name, Buffer.from("noise"));
  return { ...testEncoder, run: (...all) => (runs++ === 0 ? spoiling : testEncoder).run(...all) };
}

function watching(commands: string[][], encoder: Encoder): Encoder {
  return {
    ...encoder,
    run: (args, ...rest) => {
      commands.push([...args]);
      return encoder.run(args, ...rest);
    },
  };
}
