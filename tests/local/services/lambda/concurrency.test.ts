import { afterEach, beforeEach, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../protocol/aws-json/signed-endpoint.ts";
import { isAlive, Stage } from "./laptop-lambda.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const WAITS =
  "export const handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };";

it("a function runs no more often at once than its reserved concurrency; further calls are throttled", async () => {
  const call = await stage.declare("reserved", WAITS, { reservedConcurrency: 2 });
  await call({ ms: 0 });

  const results = await Promise.all([1, 2, 3, 4].map(() => call({ ms: 500 })));

  expect(results.map(({ outcome }) => outcome).sort()).toEqual(["ok", "ok", "throttled", "throttled"]);
  expect(await call({ ms: 0 })).toMatchObject({ outcome: "ok" });
});

it("a reserved concurrency of zero switches a function off", async () => {
  const call = await stage.declare("off", WAITS, { reservedConcurrency: 0 });
  expect(await call({ ms: 0 })).toEqual({ outcome: "throttled" });
});

it("one function's calls do not wait for another's", async () => {
  const slow = await stage.declare("slow", WAITS);
  const quick = await stage.declare("quick", WAITS);
  await Promise.all([slow({ ms: 0 }), quick({ ms: 0 })]);
  let slowEnded = false;
  const waiting = slow({ ms: 1500 }).then(() => {
    slowEnded = true;
  });

  await quick({ ms: 0 });

  expect(slowEnded).toBe(false);
  await waiting;
});

it("a stop ends calls that nobody waits for, and leaves no process", async () => {
  const call = await stage.declare(
    "later",
    "export const handler = async () => { console.log(process.pid); await new Promise(() => setInterval(() => {}, 1000)); };",
  );
  stage.lambda.invokeLater(ADMINISTRATOR, call.arn, {});
  const { message } = await stage.line(({ message }) => /^\d+$/.test(message));

  await stage.lambda.stop();

  expect(isAlive(Number(message))).toBe(false);
});
