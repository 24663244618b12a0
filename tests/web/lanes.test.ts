import { expect, it } from "vitest";
import { createLanes } from "../../web/shell/lanes.ts";

/** Tasks that end when they are told to; `started` says which have begun. */
function startTasks(lanes: ReturnType<typeof createLanes>, count: number) {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const tasks = Array.from({ length: count }, (_, index) =>
    lanes.run(() => {
      started.push(index);
      return new Promise<void>((resolve) => {
        finish[index] = resolve;
      });
    }),
  );
  const end = async (index: number) => {
    finish[index]?.();
    await tasks[index];
    await Promise.resolve();
  };
  return { started, end };
}

it("runs at most as many tasks at once as there are lanes, in the order they came", async () => {
  const { started, end } = startTasks(createLanes(2), 4);

  await Promise.resolve();
  expect(started).toEqual([0, 1]);

  await end(1);
  expect(started).toEqual([0, 1, 2]);

  await end(0);
  await end(2);
  await end(3);
  expect(started).toEqual([0, 1, 2, 3]);
});

it("begins nothing while it is held, and goes on in order when it is released", async () => {
  const lanes = createLanes(1);
  const { started, end } = startTasks(lanes, 3);
  await Promise.resolve();

  lanes.hold();
  await end(0);
  const whileHeld = [...started];
  lanes.release();
  await Promise.resolve();

  expect(whileHeld).toEqual([0]);
  expect(started).toEqual([0, 1]);
});

it("frees its lane when a task fails", async () => {
  const lanes = createLanes(1);
  const failed = lanes.run(() => Promise.reject(new Error("no")));
  const next = lanes.run(() => Promise.resolve("ran"));

  await expect(failed).rejects.toThrow("no");
  await expect(next).resolves.toBe("ran");
});
