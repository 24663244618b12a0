import * as z from "zod";
import { type GithubRepository, parseGithubRepository } from "./github-subjects.ts";

/** The form of settings.ts. */

const github = z.strictObject({
  /** `owner/repository`, or with the ids that GitHub never gives twice: `owner@123/repository@456`. */
  repository: z.string().transform((text, context): GithubRepository => {
    const repository = parseGithubRepository(text);
    if (repository) return repository;
    context.addIssue(`is "${text}"; expected owner/repository, or owner@123/repository@456 with both ids`);
    return z.NEVER;
  }),
  /** Whose workflows may read, to look for drift on a schedule. @default main */
  branch: z
    .string()
    .regex(/^[A-Za-z0-9._/-]+$/, "must be the name of one branch, without a wildcard")
    .default("main"),
});

const form = z.strictObject({
  /** Roles for GitHub's workflows: to plan in pull requests, to apply in an environment. @default none */
  github: github.optional(),
  /**
   * Locks in a DynamoDB table, for Terraform before 1.10, which knows no `use_lockfile`. Everyone who shares a state must
   * lock it in the same place: change this for all at once.
   * @default false
   */
  lockTable: z.boolean().default(false),
});

export type SettingsInput = z.input<typeof form>;
export type Settings = z.output<typeof form>;
export type GithubSettings = z.output<typeof github>;

/** Throws SettingsError, with every problem. */
export function parseSettings(input: SettingsInput): Settings {
  const result = form.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new SettingsError(["terraform-state-backend/settings.ts cannot be used:", ...problems].join("\n"));
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
