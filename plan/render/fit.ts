/** A piece of the page. Lines go first where there is not room for all; the frame never does. */
export interface Block {
  readonly open: readonly string[];
  readonly lines: readonly string[];
  readonly close: readonly string[];
  /** What is cut first has the highest number. */
  readonly rank: number;
}

/** Put in place of what was cut, once a block. */
function cutNote(count: number): string {
  return `- … and ${count} more lines: the whole review is in the run's summary.`;
}
const NOTE_BYTES = 100;

export function joinBlocks(blocks: readonly Block[]): string {
  return `${blocks.flatMap(({ open, lines, close }) => [...open, ...lines, ...close]).join("\n")}\n`;
}

/** Cuts lines from the ends of blocks, the least important first, until the page has at most so many bytes. */
export function fitBlocks(blocks: readonly Block[], maxBytes: number): string {
  let fitted = [...blocks];
  const order = blocks
    .map((block, index) => ({ rank: block.rank, index }))
    .sort((a, b) => b.rank - a.rank || b.index - a.index);
  for (const { index } of order) {
    const excess = bytesOf(joinBlocks(fitted)) - maxBytes;
    if (excess <= 0) break;
    fitted = fitted.map((block, at) => (at === index ? shorten(block, excess) : block));
  }
  const text = joinBlocks(fitted);
  return bytesOf(text) <= maxBytes
    ? text
    : Buffer.from(text)
        .subarray(0, maxBytes - 4)
        .toString("utf8")
        .replace(/\uFFFD+$/, "");
}

function shorten(block: Block, excess: number): Block {
  const lines = [...block.lines];
  let freed = -NOTE_BYTES;
  while (lines.length > 0 && freed < excess) freed += bytesOf(`${lines.pop()}\n`);
  const count = block.lines.length - lines.length;
  return count === 0 ? block : { ...block, lines: [...lines, cutNote(count)] };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
