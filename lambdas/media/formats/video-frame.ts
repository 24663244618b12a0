/** Sizes of pictures, in pixels. Pure geometry. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The frame's box: the longer side may be `longEdge`, the shorter `shortEdge`, whichever way it is held. */
export interface FrameBox {
  readonly longEdge: number;
  readonly shortEdge: number;
}

export interface StoredFrame {
  readonly storedWidth: number;
  readonly storedHeight: number;
  /** Degrees, from the display matrix; 0 for most. */
  readonly rotation: number;
  /** Width of a pixel over its height; 1 for most. */
  readonly pixelAspect: number;
}

/** How the frame looks on a screen: pixels made square, then turned upright, as ffmpeg's autorotation turns it. */
export function displaySize(frame: StoredFrame): Size {
  const width = Math.max(1, Math.round(frame.storedWidth * frame.pixelAspect));
  const height = frame.storedHeight;
  return isQuarterTurn(frame.rotation) ? { width: height, height: width } : { width, height };
}

/** Within one degree, as ffmpeg decides it; any other angle keeps the frame's box. */
export function isQuarterTurn(degrees: number): boolean {
  const turn = Math.abs(degrees) % 180;
  return Math.abs(turn - 90) < 1;
}

export function fits(size: Size, box: FrameBox): boolean {
  return Math.max(size.width, size.height) <= box.longEdge && Math.min(size.width, size.height) <= box.shortEdge;
}

/** The largest size of the same shape within the box; never enlarged. */
export function fitInto(size: Size, box: FrameBox): Size {
  const long = Math.max(size.width, size.height);
  const short = Math.min(size.width, size.height);
  const factor = Math.min(1, box.longEdge / long, box.shortEdge / short);
  const scaled = (side: number) => Math.max(1, Math.round(side * factor));
  return { width: scaled(size.width), height: scaled(size.height) };
}

/** H.264 and VP9 in 4:2:0 share one colour sample among 2 × 2 pixels: both sides must be even (threats.md F5). */
export function toEvenSides(size: Size): Size {
  const even = (side: number) => Math.max(2, side - (side % 2));
  return { width: even(size.width), height: even(size.height) };
}

/**
 * ffmpeg's filters that bring every frame to `size`. A film's frames have its shape, and fill it. Those of a recorded call
 * whose phone was turned half way have another: they keep theirs, with bars beside it.
 *
 * Both sides even, and the frames in `format` before the bars come: in formats that share colours among more pixels than
 * the size has, as DV's four in a row, ffmpeg would make the bars' frame smaller than the picture.
 */
export function scaleInto({ width, height }: Size, { options = "", format = "" } = {}): string[] {
  // `dar` is the frame's own shape, on a screen. Of a size, up to two pixels a side are rounding.
  const fills = `lt(abs(dar*${height}-${width}),max(${(width * SAME_SHAPE).toFixed(1)},2+2*dar))`;
  const fitting = (side: number, other: string) => `max(2,min(${side},2*round(${other}/2)))`;
  const scaledWidth = `if(${fills},${width},${fitting(width, `${height}*dar`)})`;
  const scaledHeight = `if(${fills},${height},${fitting(height, `${width}/dar`)})`;
  const scale = `scale=w='${scaledWidth}':h='${scaledHeight}'${options}`;
  return [scale, ...(format ? [`format=${format}`] : []), `pad=${width}:${height}:-1:-1`];
}

/** Shapes that differ by less are one. */
const SAME_SHAPE = 0.03;
