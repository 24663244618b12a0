/** A repository as GitHub names it in the `sub` claim of its workflows' tokens. */
export interface GithubRepository {
  readonly owner: string;
  readonly name: string;
  /** Both or none. */
  readonly ids?: { readonly owner: string; readonly repository: string };
}

export interface SubjectCondition {
  readonly operator: "StringEquals" | "StringLike";
  readonly subjects: readonly string[];
}

/** `owner/repository` or `owner@123/repository@456`; undefined where it is neither. */
export function parseGithubRepository(text: string): GithubRepository | undefined {
  const match = /^([A-Za-z0-9-]+)(?:@([0-9]+))?\/([A-Za-z0-9._-]+)(?:@([0-9]+))?$/.exec(text);
  const [, owner, ownerId, name, repositoryId] = match ?? [];
  if (owner === undefined || name === undefined || (ownerId === undefined) !== (repositoryId === undefined)) {
    return undefined;
  }
  if (ownerId === undefined || repositoryId === undefined) return { owner, name };
  return { owner, name, ids: { owner: ownerId, repository: repositoryId } };
}

/**
 * The subjects of a repository's tokens, in both forms that GitHub issues. Repositories that were created, renamed or
 * transferred after 15 July 2026, and those that chose so, carry the ids of owner and repository; all others names alone:
 * https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
 *
 * Without ids in the settings a wildcard stands for them. It lets in no other repository: a colon is GitHub's separator
 * alone (Git refuses it in a branch, GitHub writes it `%3A` in an environment's name), so what stands before a context
 * is one owner and one repository, and neither name can hold an `@` or a slash.
 *
 * `contexts`: `pull_request`, `environment:prod`, `ref:refs/heads/main`.
 */
export function listSubjects({ owner, name, ids }: GithubRepository, contexts: readonly string[]): SubjectCondition {
  const prefixes = [`repo:${owner}/${name}`, `repo:${owner}@${ids?.owner ?? "*"}/${name}@${ids?.repository ?? "*"}`];
  return {
    operator: ids ? "StringEquals" : "StringLike",
    subjects: contexts.flatMap((context) => prefixes.map((prefix) => `${prefix}:${context}`)),
  };
}
