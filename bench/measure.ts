/**
 * How every goal of `npm run bench` is measured: ours, its peer and the floor take turns in one run, so that a busy
 * machine slows all of them alike, and only medians and their ratios are believed.
 */

/** One line of the bench. Figures are in `unit`; `ratio` is what the goal is about. */
export interface GoalMeasured {
  /** The goal's number in performance.md. */
  readonly goal: number;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** What ours is compared with: the naive way, or another tool. */
  readonly peer?: number;
  /** The least that any way must cost. */
  readonly floor?: number;
  /** Ours over peer, or over floor where the goal is about the floor, or above it; `ours` itself for an absolute goal. */
  readonly ratio: number;
  /** The goal in words: `≤ 0.45 of naive`. */
  readonly expected: string;
  readonly met: boolean;
  /** What a reader of the figure must know; printed under the table. */
  readonly note?: string;
}

/** A goal that cannot be measured on this machine, and why. */
export interface GoalSkipped {
  readonly goal: number;
  readonly what: string;
  readonly skipped: string;
}

export type GoalResult = GoalMeasured | GoalSkipped;

/** A bench: measures one or several lines. */
export type Bench = () => Promise<readonly GoalResult[]>;

/** One run of a candidate; returns its figure (milliseconds of CPU, of wall clock, bytes per second …). */
export type Candidate = () => Promise<number>;

/** performance.md: medians of at least 7. */
export const ROUNDS = 7;

/**
 * Runs the candidates in turns, `warmUps` rounds that do not count and then `rounds` rounds, and returns the median of
 * each. The order is turned by one from round to round, so that none always follows the same other.
 */
export async function interleave<Name extends string>(
  candidates: Readonly<Record<Name, Candidate>>,
  rounds: number = ROUNDS,
  warmUps = 1,
): Promise<Record<Name, number>> {
  const names = Object.keys(candidates) as Name[];
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + Math.max(round, 0)) % names.length] as Name;
      const figure = await candidates[name]();
      if (round >= 0) figures.get(name)?.push(figure);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<Name, number>;
}

/** Throws where there is nothing to take the median of. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error("There is no median of no figures.");
  return (upper + lower) / 2;
}

/** Milliseconds of CPU, all threads of this process together: what Lambda bills, and blind to a busy neighbour. */
export async function cpuMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Milliseconds on the clock. */
export async function wallMs(run: () => unknown): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

type Figures = Omit<GoalMeasured, "ratio" | "expected" | "met">;

/** A goal about the figure itself: at most so much. */
export function judgeAtMost(figures: Figures, limit: number): GoalMeasured {
  const expected = `≤ ${limit} ${figures.unit}`;
  return { ...figures, ratio: figures.ours, expected, met: figures.ours <= limit };
}

/** A goal about the figure itself: at least so much. */
export function judgeAtLeast(figures: Figures, limit: number): GoalMeasured {
  const expected = `≥ ${limit} ${figures.unit}`;
  return { ...figures, ratio: figures.ours, expected, met: figures.ours >= limit };
}

/** The results as a table for a terminal. */
export function formatTable(results: readonly GoalResult[]): string {
  const header = ["goal", "what", "ours", "peer", "floor", "ratio", "expected", "met"];
  const rows = [header, ...results.map(formatRow)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...results.flatMap(formatNote)].join("\n");
}

function formatNote(result: GoalResult): string[] {
  return "note" in result && result.note !== undefined ? ["", `${result.goal}, ${result.what}: ${result.note}`] : [];
}

function formatRow(result: GoalResult): string[] {
  if ("skipped" in result) return [`${result.goal}`, result.what, "", "", "", "", `skipped: ${result.skipped}`, "-"];
  const figure = (value: number | undefined) =>
    value === undefined ? "" : `${formatFigure(value)} ${result.unit}`.trim();
  return [
    `${result.goal}`,
    result.what,
    figure(result.ours),
    figure(result.peer),
    figure(result.floor),
    formatFigure(result.ratio),
    result.expected,
    result.met ? "yes" : "NO",
  ];
}

/** Three significant digits where there are fewer than three before the point. */
function formatFigure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
