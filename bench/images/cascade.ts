import { cpuMs, type GoalMeasured, interleave } from "../measure.ts";
import { floor, naive } from "./naive.ts";
import { resize, resizeTo } from "./ours.ts";
import { phoneLandscape, phonePortrait } from "./pictures.ts";

/** Goals 1 to 3: the CPU of one upload's renditions against naive sharp. */

export async function measureFourJpegs(): Promise<GoalMeasured[]> {
  const source = await phoneLandscape();
  const figures = await interleave({
    ours: () => cpuMs(() => resizeTo(source, "jpeg")),
    peer: () => cpuMs(() => naive(source, ["jpeg"])),
    floor: () => cpuMs(() => floor(source)),
  });
  const line = { goal: 1, what: "4 JPEG of a 12 MP landscape", unit: "ms CPU", ...figures };
  return [
    compare(line, figures.ours / figures.peer, 0.45, "naive sharp"),
    compare(line, figures.ours / figures.floor, 1.3, "one 1024 px JPEG"),
  ];
}

export async function measurePortrait(): Promise<GoalMeasured[]> {
  const source = await phonePortrait();
  const figures = await interleave({
    ours: () => cpuMs(() => resizeTo(source, "jpeg")),
    peer: () => cpuMs(() => naive(source, ["jpeg"])),
    floor: () => cpuMs(() => floor(source)),
  });
  const line = { goal: 2, what: "4 JPEG of a phone's portrait (P3, orientation 6)", unit: "ms CPU", ...figures };
  return [compare(line, figures.ours / figures.peer, 0.32, "naive sharp")];
}

export async function measureModernFormats(): Promise<GoalMeasured[]> {
  const source = await phoneLandscape();
  const figures = await interleave({
    webp: () => cpuMs(() => resize(source, { avif: false })),
    naiveWebp: () => cpuMs(() => naive(source, ["jpeg", "webp"])),
    avif: () => cpuMs(() => resize(source, { avif: true })),
    naiveAvif: () => cpuMs(() => naive(source, ["jpeg", "webp", "avif"])),
    floor: () => cpuMs(() => floor(source)),
  });
  const line = { goal: 3, unit: "ms CPU", floor: figures.floor };
  const webp = { ...line, what: "4 JPEG and 4 WebP", ours: figures.webp, peer: figures.naiveWebp };
  const avif = { ...line, what: "4 JPEG, 4 WebP and 4 AVIF", ours: figures.avif, peer: figures.naiveAvif };
  return [
    compare(webp, webp.ours / webp.peer, 0.28, "naive sharp"),
    compare(avif, avif.ours / avif.peer, 0.06, "naive sharp"),
  ];
}

/** A goal of the kind "at most this part of that". */
export function compare(
  line: Omit<GoalMeasured, "ratio" | "expected" | "met">,
  ratio: number,
  limit: number,
  of: string,
): GoalMeasured {
  return { ...line, ratio, expected: `≤ ${limit} of ${of}`, met: ratio <= limit };
}
