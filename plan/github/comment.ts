import * as z from "zod";
import { MARKER } from "../render/review.ts";
import { type GithubApi, listAll } from "./github-api.ts";

const comment = z.object({ id: z.int(), body: z.string(), user: z.object({ type: z.string() }) });

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
