import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { damagedState } from "./damaged-state.ts";

/**
 * A journal is a head and lines. The head says how many bytes are known to be on the disk: a file that is shorter was
 * cut. Each line begins with the CRC-32 of itself and all before it: one that is changed, missing or moved shows.
 *
 *     darkroom journal 1 000000000000214 8c736521
 *     a1b2c3d4 {"t":"put", …}
 */
const HEAD = /^darkroom journal 1 (\d{15}) ([0-9a-f]{8})\n$/;
export const HEAD_BYTES = 44;
const CRC_BYTES = 8;
const LINE_END = 10;

export function formatHead(durableBytes: number): Buffer {
  const text = `darkroom journal 1 ${String(durableBytes).padStart(15, "0")}`;
  return Buffer.from(`${text} ${hex(crc32(text))}\n`);
}

/** A line for each entry, and the checksum that the next line goes on from. */
export function formatLines(entries: Iterable<unknown>, chain: number): { lines: Buffer; chain: number } {
  const lines: string[] = [];
  let last = chain;
  for (const entry of entries) {
    const json = JSON.stringify(entry);
    last = crc32(json, last);
    lines.push(`${hex(last)} ${json}\n`);
  }
  return { lines: Buffer.from(lines.join("")), chain: last };
}

export interface JournalEnd {
  /** Where the next line goes. */
  readonly bytes: number;
  readonly chain: number;
  /** What stood behind the last whole line and was not yet known to be on the disk: a kill tore it. */
  readonly tornBytes: number;
}

/** Replays a file, line by line. Throws Refusal where it is damaged; a torn end is not damage. */
export function readJournal(path: string, replay: (entry: unknown) => void): JournalEnd {
  const data = readFileSync(path);
  const durableBytes = readHead(path, data);
  let [bytes, chain] = [HEAD_BYTES, 0];
  for (let line = 2; bytes < data.length; line++) {
    const end = data.indexOf(LINE_END, bytes);
    const json = data.subarray(bytes + CRC_BYTES + 1, end < 0 ? data.length : end);
    const sum = crc32(json, chain);
    if (end < 0 || data.toString("latin1", bytes, bytes + CRC_BYTES + 1) !== `${hex(sum)} `) {
      if (bytes >= durableBytes) break;
      throw damagedState(path, end < 0 ? `is damaged: line ${line} is cut off` : `is damaged in line ${line}`);
    }
    replayLine(path, line, json, replay);
    chain = sum;
    bytes = end + 1;
  }
  return { bytes, chain, tornBytes: data.length - bytes };
}

function readHead(path: string, data: Buffer): number {
  if (data.length === 0) throw damagedState(path, "is empty");
  const head = data.subarray(0, HEAD_BYTES);
  const [, digits] = HEAD.exec(head.toString("latin1")) ?? [];
  const durableBytes = Number(digits);
  if (digits === undefined || !formatHead(durableBytes).equals(head))
    throw damagedState(path, "is damaged: its first line is not that of a journal");
  if (data.length < durableBytes)
    throw damagedState(path, `is cut short: it has ${data.length} of its ${durableBytes} bytes`);
  return durableBytes;
}

function replayLine(path: string, line: number, json: Buffer, replay: (entry: unknown) => void): void {
  try {
    replay(JSON.parse(json.toString("utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damagedState(path, `is damaged: line ${line} makes no sense after those before it (${reason})`);
  }
}

function hex(sum: number): string {
  return sum.toString(16).padStart(CRC_BYTES, "0");
}
