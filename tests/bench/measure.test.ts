import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GOALS, selectGoals } from "../../bench/goals.ts";
import { formatTable, type GoalResult, interleave, judgeAtLeast, judgeAtMost, median } from "../../bench/measure.ts";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

describe("the median", () => {
  it("is the middle figure, or between the two in the middle, in whatever order they come", () => {
    expect([median([9, 1, 5]), median([10, 2, 4, 1]), median([7])]).toEqual([5, 3, 7]);
  });

  it("of no figures is a mistake", () => {
    expect(() => median([])).toThrow("no median");
  });
});

describe("candidates that take turns", () => {
  function createCandidates() {
    const calls: string[] = [];
    const answer = (name: string, figures: number[]) => async () => {
      calls.push(name);
      return figures.shift() ?? Number.NaN;
    };
    return { calls, answer };
  }

  it("warm up once, and start with another one in each round", async () => {
    const { calls, answer } = createCandidates();

    await interleave({ a: answer("a", [1, 1, 1]), b: answer("b", [1, 1, 1]) }, 2);

    expect(calls.join(" ")).toBe("a b a b b a");
  });

  it("are judged by the median of the rounds, without what the warm-up took", async () => {
    const { answer } = createCandidates();

    const figures = await interleave({ a: answer("a", [1000, 4, 2, 90]), b: answer("b", [0, 5, 5, 5]) }, 3);

    expect(figures).toEqual({ a: 4, b: 5 });
  });

  it("are not warmed up where that is not asked for", async () => {
    const { answer } = createCandidates();

    expect(await interleave({ a: answer("a", [8]) }, 1, 0)).toEqual({ a: 8 });
  });
});

describe("the table", () => {
  const line = { goal: 3, what: "webp", unit: "ms" };
  const ratio: GoalResult = { ...line, ours: 30, peer: 120, floor: 9.5, ratio: 0.25, expected: "≤ 0.28", met: true };

  it("holds a line for each result, with its figures, what is expected and whether it is met", () => {
    const missed = judgeAtMost({ goal: 11, what: "upload", unit: "ms", ours: 151 }, 150);
    const reached = judgeAtLeast({ goal: 12, what: "up", unit: "MB/s", ours: 100 }, 100);
    const [, first, second, third] = formatTable([ratio, missed, reached]).split("\n");

    expect(first?.split(/ {2,}/)).toEqual(["3", "webp", "30.0 ms", "120 ms", "9.50 ms", "0.250", "≤ 0.28", "yes"]);
    expect(second?.split(/ {2,}/)).toEqual(["11", "upload", "151 ms", "151", "≤ 150 ms", "NO"]);
    expect(third?.split(/ {2,}/)).toEqual(["12", "up", "100 MB/s", "100", "≥ 100 MB/s", "yes"]);
  });

  it("says why a goal was not measured", () => {
    const text = formatTable([{ goal: 4, what: "ImageMagick", skipped: "magick is not on PATH" }]);

    expect(text).toMatch(/^4 +ImageMagick +skipped: magick is not on PATH +-$/m);
  });

  it("is followed by the notes of its lines", () => {
    expect(formatTable([{ ...ratio, note: "on a busy machine" }, ratio]).split("\n\n")).toHaveLength(2);
    expect(formatTable([{ ...ratio, note: "on a busy machine" }])).toContain("\n\n3, webp: on a busy machine");
  });
});

describe("the goals of performance.md", () => {
  const page = readFileSync(join(PROJECT_FOLDER, "docs/performance.md"), "utf8");
  const rows = [...page.matchAll(/^\| (\d+) \|.*$/gm)];
  const measured = rows.filter(([row]) => !row.includes("Not measured yet")).map(([, goal]) => Number(goal));

  it("are exactly those that are measured by something, but for those of which it says that they are not yet", () => {
    expect(rows.map(([, goal]) => Number(goal))).toEqual(rows.map((_, index) => index + 1));
    expect(Object.keys(GOALS).map(Number)).toEqual(measured);
    expect(Object.values(GOALS).filter((benches) => benches.length === 0)).toEqual([]);
  });

  it("are all chosen where none is named, and else each named one once, in order", () => {
    expect(selectGoals([])).toEqual(measured);
    expect(selectGoals(["11", "8", "8"])).toEqual([8, 11]);
  });

  it("are refused by name where there is no such goal", () => {
    expect(() => selectGoals(["8", "99", "fast"])).toThrow(
      `There is no goal 99, fast; expected one of ${measured.join(", ")}.`,
    );
  });
});
