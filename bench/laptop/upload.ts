import { resize } from "../images/ours.ts";
import { photo } from "../images/pictures.ts";
import { type GoalResult, interleave, judgeAtMost, median, wallMs } from "../measure.ts";
import { presignJpeg, sendForm, waitUntilCompleted } from "./api-client.ts";
import { type BenchLaptop, withLaptop } from "./bench-laptop.ts";

const UPLOADS_PER_ROUND = 5;

/** Goal 11: from the first byte of a small upload to the status that says COMPLETED. The floor is the work alone. */
export function measureSmallUpload(): Promise<readonly GoalResult[]> {
  return withLaptop(async (laptop) => {
    const body = await photo(640, 480).jpeg().toBuffer();
    const { ours, floor } = await interleave({
      ours: () => medianMs(() => upload(laptop, body)),
      floor: () => medianMs(() => wallMs(() => resize(body, { avif: false }))),
    });
    const what = "laptop: JPEG of 640 × 480, upload → COMPLETED, against its work in process";
    return [judgeAtMost({ goal: 11, what, unit: "ms", ours, floor }, 150)];
  });
}

async function medianMs(once: () => Promise<number>): Promise<number> {
  const figures: number[] = [];
  for (let done = 0; done < UPLOADS_PER_ROUND; done++) figures.push(await once());
  return median(figures);
}

async function upload(laptop: BenchLaptop, body: Buffer): Promise<number> {
  const presigned = await presignJpeg(laptop.output("apiUrl"), body.length);
  return wallMs(async () => {
    await sendForm(presigned, body);
    await waitUntilCompleted(presigned);
  });
}
