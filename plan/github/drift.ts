import * as z from "zod";
import { type GithubApi, listAll } from "./github-api.ts";

/** Drift of an environment is told in one issue, found by its label. */
const DRIFT_LABEL = "drift";

const issue = z.object({ number: z.int(), title: z.string() });

export type DriftOutcome = "opened" | "updated" | "closed" | "none";

/** Opens, updates or closes the environment's issue, as there is drift or not. */
export async function reportDrift(
  api: GithubApi,
  environment: string,
  review: string | undefined,
): Promise<DriftOutcome> {
  const title = `Drift in ${environment}`;
  const open = await listAll(api, `/issues?state=open&labels=${DRIFT_LABEL}`, issue);
  const existing = open.find((it) => it.title === title);
  if (review === undefined) {
    if (!existing) return "none";
    await api.send("PATCH", `/issues/${existing.number}`, { state: "closed", state_reason: "completed" });
    return "closed";
  }
  const body = `What is deployed differs from main. Apply, or take over what was changed by hand.\n\n${review}`;
  if (existing) await api.send("PATCH", `/issues/${existing.number}`, { body });
  else await api.send("POST", "/issues", { title, body, labels: [DRIFT_LABEL] });
  return existing ? "updated" : "opened";
}
