import * as z from "zod";
import { PlanError } from "../plan-error.ts";

/** What this folder needs of GitHub's REST API. Where and as whom stands in the variables that every workflow has. */
export interface GithubApi {
  get(path: string): Promise<unknown>;
  send(method: "POST" | "PATCH", path: string, body: unknown): Promise<unknown>;
}

const variables = z.object({
  GITHUB_API_URL: z.url().default("https://api.github.com"),
  GITHUB_REPOSITORY: z.string().regex(/^[^/]+\/[^/]+$/),
  GITHUB_TOKEN: z.string().min(1),
});

/** Paths are those of the repository: `/issues/7/comments`. Throws PlanError where a variable is missing. */
export function createGithubApi(env: Readonly<Record<string, string | undefined>>): GithubApi {
  const parsed = variables.safeParse(env);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new PlanError(
      `Not as expected: ${names}. In a workflow they are set; by hand, set them as GitHub documents.`,
    );
  }
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = parsed.data;
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}${path}`, {
      method,
      headers: { accept: "application/vnd.github+json", authorization: `Bearer ${GITHUB_TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response.json();
    throw new PlanError(`GitHub answered ${response.status} to ${method} ${path}. Look at the permissions of the job.`);
  };
  return { get: (path) => call("GET", path), send: call };
}

const PAGE_SIZE = 100;

/** Walks through pages until one is not full. */
export async function listAll<T>(api: GithubApi, path: string, item: z.ZodType<T>): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; ; page++) {
    const separator = path.includes("?") ? "&" : "?";
    const items = z.array(item).parse(await api.get(`${path}${separator}per_page=${PAGE_SIZE}&page=${page}`));
    found.push(...items);
    if (items.length < PAGE_SIZE) return found;
  }
}
