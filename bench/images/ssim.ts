import sharp from "sharp";

/**
 * Structural similarity of two pictures of one size, 1 for equal: Wang et al. 2004, on luminance, over windows of 8 × 8
 * pixels, every 4.
 */
export async function measureSsim(reference: Buffer, candidate: Buffer): Promise<number> {
  const [a, b] = await Promise.all([readLuminance(reference), readLuminance(candidate)]);
  if (a.width !== b.width || a.height !== b.height) return 0;
  let sum = 0;
  let windows = 0;
  for (let top = 0; top + WINDOW <= a.height; top += STEP) {
    for (let left = 0; left + WINDOW <= a.width; left += STEP) {
      sum += compareWindow(a, b, left, top);
      windows++;
    }
  }
  return sum / windows;
}

const WINDOW = 8;
const STEP = 4;
/** The paper's constants, for values of 0–255. */
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

interface Luminance {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

async function readLuminance(picture: Buffer): Promise<Luminance> {
  const { data, info } = await sharp(picture).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function compareWindow(a: Luminance, b: Luminance, left: number, top: number): number {
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let y = top; y < top + WINDOW; y++) {
    for (let x = left; x < left + WINDOW; x++) {
      const valueA = a.data[y * a.width + x] ?? 0;
      const valueB = b.data[y * b.width + x] ?? 0;
      sumA += valueA;
      sumB += valueB;
      sumAA += valueA * valueA;
      sumBB += valueB * valueB;
      sumAB += valueA * valueB;
    }
  }
  const count = WINDOW * WINDOW;
  const [meanA, meanB] = [sumA / count, sumB / count];
  const [varianceA, varianceB] = [sumAA / count - meanA ** 2, sumBB / count - meanB ** 2];
  const covariance = sumAB / count - meanA * meanB;
  return (
    ((2 * meanA * meanB + C1) * (2 * covariance + C2)) / ((meanA ** 2 + meanB ** 2 + C1) * (varianceA + varianceB + C2))
  );
}
