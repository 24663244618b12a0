import * as z from "zod";
import { MARKER } from "../render/review.ts";
import { type GithubApi, listAll } from "./github-api.ts";

const comment = z.object({ id: z.int(), body: z.string(), user: z.object({ type: z.string() }) });

/** In the place of a review where the run ended before there was one: the comment must not go on showing an older plan. */
export const NOT_PLANNED = `${MARKER}\n## Plan\n\n**Nothing could be planned: neither approve nor refuse by this.** The run's log says why.\n`;

/** Which state of the code a review is of, so that nobody approves a push by the review of the one before. */
export interface ReviewedRun {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** Where its log and its summary are. */
  readonly url: string;
}

export function describeRun({ commit, url }: ReviewedRun): string {
  return `\nOf commit ${commit}; the [run](${url}) has the whole review in its summary.\n`;
}

/**
 * Puts the review into the one comment that bears our marker, or writes that comment. Only a bot's counts: a person who
 * copies the marker must not have their comment overwritten, nor keep ours away.
 */
export async function putReviewComment(
  api: GithubApi,
  pullRequest: number,
  review: string,
): Promise<"created" | "updated"> {
  if (!review.startsWith(MARKER)) throw new Error("The review does not begin with its marker.");
  const comments = await listAll(api, `/issues/${pullRequest}/comments`, comment);
  const own = comments.find(({ body, user }) => user.type === "Bot" && body.startsWith(MARKER));
  if (own) await api.send("PATCH", `/issues/comments/${own.id}`, { body: review });
  else await api.send("POST", `/issues/${pullRequest}/comments`, { body: review });
  return own ? "updated" : "created";
}
