import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Journal } from "../../local/state/journal.ts";
import { fillDiskAt, freeDisk, wasDiskMet } from "../support/faulty-disk.ts";

vi.mock("node:fs", () => import("../support/faulty-disk.ts"));

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-journal-"));
  path = join(folder, "sum.jsonl");
  freeDisk();
  onTestFinished(() => {
    freeDisk();
    rmSync(folder, { recursive: true });
  });
});

/** A sum, kept by the numbers that were added. */
function openSum() {
  const state = { sum: 0 };
  const said: string[] = [];
  const replay = (entry: number) => {
    state.sum += entry;
  };
  const journal = new Journal<number>({
    path,
    replay,
    snapshot: () => [state.sum],
    say: (message) => void said.push(message),
  });
  const commit = (...entries: readonly number[]) => {
    journal.append(entries);
    entries.forEach(replay);
    journal.compact();
  };
  return { state, said, journal, commit };
}

function reopen(): { sum: number; said: string[] } {
  const { state, said, journal } = openSum();
  journal.close();
  return { sum: state.sum, said };
}

/** The numbers of the file's lines. */
function readNumbers(): number[] {
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => Number(line.split(" ")[1]));
}

describe("a journal", () => {
  it("brings back what was written", () => {
    const { journal, commit } = openSum();
    commit(1, 2);
    commit(3);
    journal.close();

    expect(readNumbers()).toEqual([0, 1, 2, 3]);
    expect(reopen()).toEqual({ sum: 6, said: [] });
  });

  it("drops a last line that a kill tore, says so, and goes on behind the last whole one", () => {
    const before = openSum();
    before.commit(1, 2);
    before.journal.close();
    appendFileSync(path, "0badc0de 4");

    const { state, said, journal, commit } = openSum();
    commit(5);
    journal.close();

    expect(state.sum).toBe(8);
    expect(said).toEqual([expect.stringContaining("10 bytes of a write that was cut off when the runtime was killed")]);
    expect(readNumbers()).toEqual([0, 1, 2, 5]);
  });

  it("has everything after a kill, before its head was brought up to date", () => {
    const before = openSum();
    before.commit(1, 2);
    // As the file is for whoever comes after a kill: nothing was closed.
    copyFileSync(path, `${path}.killed`);
    before.journal.close();
    copyFileSync(`${path}.killed`, path);

    expect(reopen()).toEqual({ sum: 3, said: [] });
  });

  it("says in its head how much is on the disk, soon after a write and while it is open", async () => {
    const { journal, commit } = openSum();
    commit(1, 2, 3);

    const readHead = (): number => Number(readFileSync(path, "latin1").slice(19, 34));
    await expect.poll(readHead, { timeout: 5000 }).toBe(statSync(path).size);
    journal.close();
  });

  it("is rewritten when most of it is history, and not before", () => {
    const { journal, commit } = openSum();
    const ones = Array.from({ length: 20_000 }, () => 1);
    const sizes = Array.from({ length: 20 }, () => {
      commit(...ones);
      return statSync(path).size;
    });
    journal.close();

    expect(Math.max(...sizes)).toBeGreaterThan(800_000);
    expect(Math.max(...sizes)).toBeLessThan(1_300_000);
    expect(reopen().sum).toBe(400_000);
  });

  it("of a large state grows to four times of it before it is rewritten", () => {
    const state = "x".repeat(1_000_000);
    const journal = new Journal<string>({ path, replay: () => undefined, snapshot: () => [state] });
    let rewritten = 0;
    for (let count = 0; count < 90; count++) {
      const before = statSync(path).size;
      journal.append(["y".repeat(100_000)]);
      journal.compact();
      if (statSync(path).size < before) rewritten += 1;
    }
    journal.close();

    expect(rewritten).toBe(3);
  });

  it("takes nothing after it was closed: the number of its file may be another one's by then", () => {
    const { journal } = openSum();
    journal.close();

    expect(() => journal.append([1])).toThrow(`${path} is closed`);
  });
});

describe("L3: a damaged journal is refused by name, and left as it is", () => {
  const write = (): Buffer => {
    const { journal, commit } = openSum();
    commit(1, 20, 300);
    journal.close();
    return readFileSync(path);
  };

  it.each<[string, (whole: Buffer) => Buffer, string]>([
    ["emptied", () => Buffer.alloc(0), "is empty"],
    ["cut in its head", (whole) => whole.subarray(0, 20), "its first line is not that of a journal"],
    ["cut at the end of a line", (whole) => whole.subarray(0, -13), "is cut short: it has"],
    ["cut in the middle of a line", (whole) => whole.subarray(0, -5), "is cut short: it has"],
    ["without a line in the middle", (whole) => withoutLine(whole, 2), "is cut short: it has"],
    [
      "without a line, and longer again",
      (whole) => Buffer.concat([withoutLine(whole, 2), whole]),
      "is damaged in line 3",
    ],
    ["overwritten with zeros", (whole) => Buffer.alloc(whole.length), "its first line is not that of a journal"],
    ["of another program", () => Buffer.from('{"a":1}\n'.repeat(20)), "its first line is not that of a journal"],
  ])("%s", (_how, damage, words) => {
    const damaged = damage(write());
    writeFileSync(path, damaged);

    expect(openSum).toThrow(`${path} is`);
    expect(openSum).toThrow(words);
    expect(openSum).toThrow('Nothing was changed: put a good copy back, or run "npm run reset"');
    expect(readFileSync(path).equals(damaged)).toBe(true);
    expect(readdirSync(folder)).toEqual(["sum.jsonl"]);
  });

  it("with any one byte changed", () => {
    const whole = write();

    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (whole[at] ?? 0) ^ 1;
      writeFileSync(path, flipped);
      expect(openSum, `byte ${at}`).toThrow(`${path} is`);
    }
  });

  it("cut anywhere", () => {
    const whole = write();

    for (let length = whole.length - 1; length >= 0; length--) {
      truncateSync(path, length);
      expect(openSum, `${length} bytes`).toThrow(`${path} is`);
    }
  });

  it("with lines that are whole but make no sense", () => {
    write();
    const replay = (entry: number): void => {
      if (entry === 20) throw new Error("there is no such bucket");
    };

    const open = () => new Journal<number>({ path, replay, snapshot: () => [] });
    expect(open).toThrow("line 4 makes no sense after those before it (there is no such bucket)");
  });
});

describe("L4: on a full disk a journal", () => {
  /** 70 000 lines: the file is to be rewritten with the next. */
  function openNearlyFull() {
    const sum = openSum();
    sum.commit(...Array.from({ length: 70_000 }, () => 1));
    expect(statSync(path).size).toBeGreaterThan(700_000);
    return sum;
  }

  it("loses nothing and writes into no other file, whichever step finds no space", () => {
    let steps = 0;
    for (let step = 1; ; step++) {
      rmSync(path, { force: true });
      const { said, journal, commit, state } = openNearlyFull();
      const stranger = join(folder, "stranger");
      const before = state.sum;

      fillDiskAt(step);
      const isTaken = attempt(() => commit(...Array.from({ length: 30_000 }, () => 1)));
      // What opens now would get the number of a descriptor that was closed too soon.
      const met = wasDiskMet();
      freeDisk();
      writeFileSync(stranger, "");
      commit(5);
      commit(7);
      journal.close();

      expect(readFileSync(stranger, "utf8"), `step ${step}`).toBe("");
      expect(reopen().sum, `step ${step}`).toBe(before + (isTaken ? 30_000 : 0) + 12);
      expect(readdirSync(folder).sort()).toEqual(["stranger", "sum.jsonl"]);
      if (!met) break;
      steps = step;
      if (isTaken) expect(said).toEqual([expect.stringContaining("could not be made shorter (the disk is full)")]);
    }
    // The append; then open, write, fsync and rename of the shorter file.
    expect(steps).toBe(5);
  });

  it("throws what the system says, and takes the next entry when there is space again", () => {
    const { journal, commit, state } = openSum();
    commit(1);
    fillDiskAt(1);

    expect(() => commit(10)).toThrow("ENOSPC");
    expect(() => commit(10)).toThrow("ENOSPC");
    freeDisk();
    commit(100);
    journal.close();

    expect(state.sum).toBe(101);
    expect(reopen()).toEqual({ sum: 101, said: [] });
  });

  it("opens, though it is due to be made shorter", () => {
    const sum = openNearlyFull();
    sum.journal.append(Array.from({ length: 70_000 }, () => 0));
    sum.journal.close();
    fillDiskAt(1);

    const { state, said, journal } = openSum();
    freeDisk();
    journal.close();

    expect(state.sum).toBe(70_000);
    expect(said).toEqual([expect.stringContaining("could not be made shorter (the disk is full)")]);
  });
});

function withoutLine(whole: Buffer, index: number): Buffer {
  const lines = whole.toString("utf8").split("\n");
  return Buffer.from(lines.filter((_line, at) => at !== index).join("\n"));
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
