import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../../../build/project-folder.ts";
import { putReviewComment } from "../../../plan/github/comment.ts";
import { reportDrift } from "../../../plan/github/drift.ts";
import { createGithubApi, type GithubApi } from "../../../plan/github/github-api.ts";
import { MARKER } from "../../../plan/render/review.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** GitHub with these comments or issues, a hundred a page as the real one. */
function githubWith(items: readonly unknown[]): GithubApi & { readonly sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    async get(path) {
      const page = Number(new URLSearchParams(path.split("?")[1]).get("page"));
      return items.slice((page - 1) * 100, page * 100);
    },
    async send(method, path, body) {
      sent.push({ method, path, body });
      return {};
    },
  };
}

const review = `${MARKER}\n# Plan`;
const comment = (id: number, body: string, type = "Bot") => ({ id, body, user: { type } });

describe("the comment on a pull request", () => {
  it("is written where there is none yet", async () => {
    const github = githubWith([comment(1, "LGTM", "User")]);

    expect(await putReviewComment(github, 7, review)).toBe("created");

    expect(github.sent).toEqual([{ method: "POST", path: "/issues/7/comments", body: { body: review } }]);
  });

  it("is written over by the next run, on whatever page it stands", async () => {
    const others = Array.from({ length: 150 }, (_, index) => comment(index, "chatter", "User"));
    const github = githubWith([...others, comment(999, `${MARKER}\nold`)]);

    expect(await putReviewComment(github, 7, review)).toBe("updated");

    expect(github.sent).toEqual([{ method: "PATCH", path: "/issues/comments/999", body: { body: review } }]);
  });

  it("is never a person's, who may have copied the marker", async () => {
    const github = githubWith([comment(5, `${MARKER}\nmine`, "User")]);

    expect(await putReviewComment(github, 7, review)).toBe("created");
  });
});

describe("npm run plan:publish", () => {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-publish-"));
  const sent: { readonly method?: string; readonly url?: string; readonly body: string }[] = [];
  const github = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      if (request.method !== "GET") sent.push({ ...pick(request), body: JSON.parse(text).body });
      response.end(request.method === "GET" ? "[]" : "{}");
    });
  });
  const pick = ({ method, url }: IncomingMessage) => ({ method, url });

  beforeAll(() => new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve)));
  afterAll(() => {
    github.close();
    rmSync(folder, { recursive: true });
  });

  async function publish(...args: readonly string[]) {
    const { port } = github.address() as AddressInfo;
    const env = {
      ...process.env,
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: "octo-org/darkroom",
      GITHUB_TOKEN: "of-no-use",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_RUN_ID: "42",
    };
    const program = ["--import", "tsx", join(PROJECT_FOLDER, "plan/publish.ts"), ...args];
    const child = spawn(process.execPath, program, { cwd: PROJECT_FOLDER, env });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const [status] = await once(child, "close");
    return { status, stderr };
  }

  it("says which commit a comment is of, and, where the run failed before there was a plan, that there is none", async () => {
    const [page, absent, commit] = [join(folder, "review.md"), join(folder, "absent.md"), "0123456789".repeat(4)];
    writeFileSync(page, `${review}\n`);

    const planned = await publish("--review", page, "--pull-request", "7", "--commit", commit);
    const failed = await publish("--review", absent, "--pull-request", "7", "--plan-result", "failure");
    const mistaken = await publish("--review", absent, "--pull-request", "7", "--plan-result", "success");

    expect([planned, failed, mistaken].map(({ status }) => status)).toEqual([0, 0, 1]);
    expect(mistaken.stderr).toContain("cannot be read");
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(2).fill("POST /repos/octo-org/darkroom/issues/7/comments"),
    );
    expect(sent[0]?.body).toBe(
      `${review}\n\nOf commit ${commit}; the [run](https://github.com/octo-org/darkroom/actions/runs/42) has the whole review in its summary.\n`,
    );
    expect(sent[1]?.body).toMatch(new RegExp(`^${MARKER}\n## Plan\n\n\\*\\*Nothing could be planned`));
  });
});

describe("the issue about drift", () => {
  const issues = [{ number: 3, title: "Drift in staging" }];

  it("is opened, with the label that finds it again, when there is drift and no issue", async () => {
    const github = githubWith(issues);

    expect(await reportDrift(github, "prod", review)).toBe("opened");

    expect(github.sent[0]).toMatchObject({
      method: "POST",
      path: "/issues",
      body: { title: "Drift in prod", labels: ["drift"] },
    });
  });

  it("is updated when it is open already, so that there is only one", async () => {
    const github = githubWith(issues);

    expect(await reportDrift(github, "staging", review)).toBe("updated");

    expect(github.sent).toHaveLength(1);
    expect(github.sent[0]).toMatchObject({ method: "PATCH", path: "/issues/3" });
  });

  it("is closed when there is no drift any more, and nothing is said where there was none", async () => {
    const github = githubWith(issues);

    expect(await reportDrift(github, "staging", undefined)).toBe("closed");
    expect(await reportDrift(github, "dev", undefined)).toBe("none");

    expect(github.sent).toEqual([
      { method: "PATCH", path: "/issues/3", body: { state: "closed", state_reason: "completed" } },
    ]);
  });
});

it("names the variables that are missing, and never the token", () => {
  expect(() => createGithubApi({ GITHUB_TOKEN: "secret" })).toThrow(/GITHUB_REPOSITORY/);
  expect(() => createGithubApi({ GITHUB_TOKEN: "secret" })).not.toThrow(/secret/);
});
