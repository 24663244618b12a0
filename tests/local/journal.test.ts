import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Journal } from "../../local/journal.ts";

let path: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-journal-"));
  path = join(folder, "sum.jsonl");
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** A sum, kept by the numbers that were added. */
function openSum() {
  const state = { sum: 0 };
  const add = (entry: number) => {
    state.sum += entry;
  };
  const journal = new Journal<number>(path, add, () => [state.sum]);
  const commit = (...entries: readonly number[]) => {
    journal.append(entries);
    entries.forEach(add);
    journal.compact();
  };
  return { state, journal, commit };
}

describe("a journal", () => {
  it("brings back what was written, in one line", () => {
    const { journal, commit } = openSum();
    commit(1, 2);
    commit(3);
    journal.close();
    expect(readFileSync(path, "utf8")).toBe("0\n1\n2\n3\n");

    const again = openSum();
    again.journal.close();
    expect(again.state.sum).toBe(6);
    expect(readFileSync(path, "utf8")).toBe("6\n");
  });

  it("drops a last line that was cut short, and goes on behind the last whole one", () => {
    writeFileSync(path, "1\n2\n");
    appendFileSync(path, "40");

    const { state, journal, commit } = openSum();
    commit(5);
    journal.close();

    expect(state.sum).toBe(8);
    expect(readFileSync(path, "utf8")).toBe("3\n5\n");
  });

  it("that is damaged in its middle is refused and left as it is; the error says where, and what to do", () => {
    writeFileSync(path, "1\nx\n2\n");

    expect(openSum).toThrow(`${path}, line 2 is damaged. Run "npm run reset" to start with empty state.`);
    expect(readFileSync(path, "utf8")).toBe("1\nx\n2\n");
  });

  it("is rewritten when most of it is history, and not before", () => {
    const { journal, commit } = openSum();
    const ones = Array.from({ length: 50_000 }, () => 1);
    const sizes = Array.from({ length: 20 }, () => {
      commit(...ones);
      return statSync(path).size;
    });
    journal.close();

    expect(Math.max(...sizes)).toBeGreaterThan(900_000);
    expect(Math.max(...sizes)).toBeLessThan(1_200_000);
    const again = openSum();
    again.journal.close();
    expect(again.state.sum).toBe(1_000_000);
  });

  it("of a large state grows to four times of it before it is rewritten", () => {
    const state = "x".repeat(1_000_000);
    const journal = new Journal<string>(
      path,
      () => undefined,
      () => [state],
    );
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
