import { createInterface } from "node:readline/promises";
import { PlanError } from "../plan-error.ts";

/** What a person answers at the terminal. Throws PlanError where nobody can be asked, with what to say instead. */
export async function ask(question: string, instead: string): Promise<string> {
  if (!process.stdin.isTTY) throw new PlanError(`Nobody can be asked here; ${instead}`);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is in raw mode: Ctrl-C is a key, and ends nothing by itself.
  reader.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // Ctrl-D: no answer ever comes.
  const closed = new Promise<never>((_, reject) => {
    reader.once("close", () => reject(new PlanError(`\nThere was no answer; ${instead}`)));
  });
  const answer = await Promise.race([reader.question(question), closed]);
  reader.close();
  return answer.trim();
}
