import { readFile } from "node:fs/promises";
import type { Conversion } from "../../../contracts/media/media.ts";
import { predictMemoryMb } from "../../../lambdas/media/formats/image-memory.ts";
import { planImage } from "../../../lambdas/media/formats/image-plan.ts";
import { readHeader } from "../../../lambdas/media/resize/read-header.ts";
import { readPicture } from "../../../lambdas/media/resize/read-picture.ts";
import { resize, WIDTHS } from "../ours.ts";
import { peakMemoryMb } from "./peak-memory.ts";

/** `<file> [conversion]`: one picture in a fresh process; prints its peak and what the header had predicted, in MB. */
const [file = "", conversion] = process.argv.slice(2);
const convertTo = conversion as Conversion | undefined;

const source = await readFile(file);
const header = await readHeader(readPicture(source));
const predictedMb = predictMemoryMb(header, planImage(header, { widths: WIDTHS, avif: true, convertTo }));
await resize(source, { avif: true, convertTo });
process.stdout.write(JSON.stringify({ predictedMb, peakMb: peakMemoryMb() }));
