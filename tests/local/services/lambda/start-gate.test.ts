import { expect, it } from "vitest";
import { StartGate } from "../../../../local/services/lambda/start-gate.ts";

it("lets no more starts happen at a time than its limit", () => {
  const gate = new StartGate(2);

  const taken = [gate.tryTake(() => {}), gate.tryTake(() => {}), gate.tryTake(() => {})];

  expect(taken).toEqual([true, true, false]);
});

it("tells the next in line of a place that the first no longer needs, or a call would wait for good", () => {
  const gate = new StartGate(1);
  let hasStarted = false;
  gate.tryTake(() => {});
  gate.tryTake(() => {
    // Its call was served by another process meanwhile.
  });
  gate.tryTake(() => {
    hasStarted = gate.tryTake(() => {});
  });

  gate.release();

  expect(hasStarted).toBe(true);
});

it("gives a place that is free again to the first who needs it, and to no other", () => {
  const gate = new StartGate(1);
  const started: string[] = [];
  const want = (name: string): void => {
    if (gate.tryTake(() => want(name))) started.push(name);
  };
  for (const name of ["first", "second", "third"]) want(name);

  gate.release();

  expect(started).toEqual(["first", "second"]);
});
