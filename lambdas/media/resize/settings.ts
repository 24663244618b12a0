import { readPositiveInteger } from "../../support/environment.ts";
import { MAX_SIDE_PIXELS } from "../formats/image-bounds.ts";

/** `150,320,640,1024`: whole pixels. Throws where the deployment says anything else. */
export function readWidths(text: string): number[] {
  const widths = text.split(",").map((width) => readPositiveInteger("IMAGE_WIDTHS", width.trim()));
  const tooWide = widths.find((width) => width > MAX_SIDE_PIXELS);
  if (tooWide !== undefined) throw new Error(`IMAGE_WIDTHS holds ${tooWide}; expected at most ${MAX_SIDE_PIXELS}.`);
  return widths;
}
