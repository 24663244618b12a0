import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { findMachine } from "../../build/machine-code.ts";
import { DOCUMENTS } from "../../contracts/media/documents/index.ts";
import { FUNCTION_NAMES } from "../../contracts/media/environment.ts";
import { requireBuild } from "../support/require-build.ts";

/** performance.md, goal 8: a small bundle starts sooner. */
const MAX_API_BUNDLE_BYTES = 250_000;

describe("this project's functions", () => {
  const openZip = (path: string) => unzipSync(readFileSync(join(requireBuild().folder, path)));

  it("are exactly those whose environment the contracts describe", () => {
    expect(Object.keys(requireBuild().manifest.functions).sort()).toEqual(
      FUNCTION_NAMES.map((name) => `media/${name}`).sort(),
    );
  });

  it.each(["presign", "status"])("that answer requests are at most 250 KB of code: %s", (name) => {
    const path = requireBuild().manifest.functions[`media/${name}`]?.path ?? "";

    expect(openZip(path)["index.mjs"]?.length).toBeLessThanOrEqual(MAX_API_BUNDLE_BYTES);
  });

  it.each(["presign", "status"])("that answer requests carry no example and no document: %s", (name) => {
    const path = requireBuild().manifest.functions[`media/${name}`]?.path ?? "";
    const code = Buffer.from(openZip(path)["index.mjs"] ?? []).toString("utf8");

    expect(code).toContain("METHOD_NOT_ALLOWED");
    for (const { operationId } of Object.values(DOCUMENTS)) expect(code).not.toContain(operationId);
    // Only presign takes a body: zod costs a cold start 3 ms.
    expect(code.includes("ZodMini")).toBe(name === "presign");
  });

  it("P7: hold exactly these files, and no other comes along unseen", () => {
    const { manifest } = requireBuild();
    const listed = Object.entries(manifest.functions).map(([name, { path }]) => [
      name,
      Object.keys(openZip(path)).sort(),
    ]);

    const code = ["LICENSES.txt", "index.mjs"];
    expect(Object.fromEntries(listed)).toEqual({
      "media/presign": code,
      "media/status": code,
      "media/convert": code,
      "media/settle": code,
      "media/resize": [
        ...["LICENSES.txt", "heic-worker.mjs", "index.mjs"],
        "node_modules/@img/sharp-libvips-linux-arm64/lib/index.js",
        expect.stringMatching(/^node_modules\/@img\/sharp-libvips-linux-arm64\/lib\/libvips-cpp\.so\.[\d.]+$/),
        "node_modules/@img/sharp-libvips-linux-arm64/package.json",
        "node_modules/@img/sharp-libvips-linux-arm64/versions.json",
        "node_modules/@img/sharp-linux-arm64/LICENSE",
        "node_modules/@img/sharp-linux-arm64/index.cjs",
        expect.stringMatching(/^node_modules\/@img\/sharp-linux-arm64\/lib\/sharp-linux-arm64-[\d.]+\.node$/),
        "node_modules/@img/sharp-linux-arm64/package.json",
        "node_modules/libheif-js/LICENSE",
        "node_modules/libheif-js/libheif-wasm/LICENSE",
        "node_modules/libheif-js/libheif-wasm/libheif.js",
        "node_modules/libheif-js/libheif-wasm/libheif.wasm",
        "node_modules/libheif-js/package.json",
      ],
    });
  });

  it("P7: carry machine code for arm64 Linux alone, and only resize carries any", () => {
    const { manifest } = requireBuild();
    const found = Object.entries(manifest.functions).flatMap(([name, { path }]) =>
      Object.values(openZip(path)).flatMap((bytes) => {
        const machine = findMachine(bytes);
        return machine ? [`${name}: ${machine}`] : [];
      }),
    );

    expect(found).toEqual(["media/resize: linux-arm64", "media/resize: linux-arm64"]);
  });
});

describe("HEIC's decoder", () => {
  const listFiles = (name: string) => {
    const { folder, manifest } = requireBuild();
    return Object.keys(unzipSync(readFileSync(join(folder, manifest.functions[`media/${name}`]?.path ?? ""))));
  };

  it("lies beside resize's bundle in files that anyone may replace, with its licence, and in no other function's zip", () => {
    const isOurs = (path: string) => path.includes("libheif") || path.includes("worker");

    expect(listFiles("resize").filter(isOurs)).toEqual([
      "heic-worker.mjs",
      "node_modules/libheif-js/LICENSE",
      "node_modules/libheif-js/libheif-wasm/LICENSE",
      "node_modules/libheif-js/libheif-wasm/libheif.js",
      "node_modules/libheif-js/libheif-wasm/libheif.wasm",
      "node_modules/libheif-js/package.json",
    ]);
    const others = FUNCTION_NAMES.filter((name) => name !== "resize");
    expect(others.flatMap((name) => listFiles(name).filter(isOurs))).toEqual([]);
  });

  it("is told of in the zip's licences, with its sources and how to put another version in its place", () => {
    const { folder, manifest } = requireBuild();
    const { path = "", licences = [] } = manifest.functions["media/resize"] ?? {};
    const text = Buffer.from(unzipSync(readFileSync(join(folder, path)))["LICENSES.txt"] ?? []).toString();

    expect(licences.map(({ name, licence }) => `${name} ${licence}`)).toContain("libheif-js LGPL-3.0");
    for (const words of ["github.com/strukturag/libheif", "replace node_modules/libheif-js", "patents"]) {
      expect(text).toContain(words);
    }
  });
});
