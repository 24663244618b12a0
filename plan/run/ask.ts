import { createInterface } from "node:readline/promises";
import { PlanError } from "../plan-error.ts";

/** What a person answers at the terminal. Throws PlanError where nobody can be asked, with what to say instead. */
export async function ask(question: string, instead: string): Promise<string> {
  if (!process.stdin.isTTY) throw new PlanError(`Nobody can be asked here; ${instead}`);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(question);
  reader.close();
  return answer.trim();
}
