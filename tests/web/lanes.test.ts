import { expect, it } from "vitest";
import { createLanes } from "../../web/lanes.ts";

it("runs at most as many tasks at once as there are lanes, in the order they came", async () => {
  const inLane = createLanes(2);
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const tasks = [0, 1, 2, 3].map((index) =>
    inLane(() => {
      started.push(index);
      return new Promise<void>((resolve) => {
        finish[index] = resolve;
      });
    }),
  );

  await Promise.resolve();
  expect(started).toEqual([0, 1]);

  finish[1]?.();
  await tasks[1];
  await Promise.resolve();
  expect(started).toEqual([0, 1, 2]);

  finish[0]?.();
  finish[2]?.();
  await Promise.all([tasks[0], tasks[2]]);
  finish[3]?.();
  await Promise.all(tasks);
  expect(started).toEqual([0, 1, 2, 3]);
});

it("frees its lane when a task fails", async () => {
  const inLane = createLanes(1);
  const failed = inLane(() => Promise.reject(new Error("no")));
  const next = inLane(() => Promise.resolve("ran"));

  await expect(failed).rejects.toThrow("no");
  await expect(next).resolves.toBe("ran");
});
