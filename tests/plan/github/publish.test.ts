import { describe, expect, it } from "vitest";
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
