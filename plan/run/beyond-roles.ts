import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { PlanError } from "../plan-error.ts";

/** What `npm run bootstrap` recorded: by account and region, which Terraform types the workflows' roles may read and make. */
const FILE = "state-backends.json";
const PROJECT_FOLDER = join(import.meta.dirname, "../..");

const recorded = z.object({
  backends: z.record(z.string(), z.object({ roles: z.object({ types: z.array(z.string()) }).optional() })),
});
const stackDocument = z.object({
  provider: z
    .object({
      aws: z.array(z.object({ region: z.string(), allowed_account_ids: z.array(z.string()).optional() })).default([]),
    })
    .default({ aws: [] }),
  resource: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Types of a synthesized stack that the last bootstrap knew nothing of, so that a workflow's deployment would fail half way.
 * None where there are no such roles: who deploys then has rights of their own.
 */
export function listTypesBeyondRoles(folder: string, file = join(PROJECT_FOLDER, FILE)): string[] {
  if (!existsSync(file)) return [];
  const { backends } = recorded.parse(JSON.parse(readFileSync(file, "utf8")));
  const { provider, resource } = stackDocument.parse(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")));
  const { region, allowed_account_ids: [accountId] = [] } = provider.aws[0] ?? {};
  const roles = backends[`${accountId}/${region}`]?.roles;
  return roles ? Object.keys(resource).filter((type) => !roles.types.includes(type)) : [];
}

/** What to do first, as Markdown. */
export function describeBootstrap(stack: string, types: readonly string[]): string {
  const [, environment = ""] = stack.split("-");
  return `The roles of GitHub's workflows may not make ${types.map((type) => `\`${type}\``).join(", ")} yet. Before this is deployed: \`npm run bootstrap -- --environment ${environment}\`, and commit ${FILE}.`;
}

/** Throws PlanError where a workflow would deploy what its role may not make. A person's own rights may well do. */
export function requireRoles(folders: readonly string[], file?: string): void {
  const beyond = folders.map((folder) => ({ stack: basename(folder), types: listTypesBeyondRoles(folder, file) }));
  const problems = beyond.filter(({ types }) => types.length > 0);
  if (problems.length === 0) return;
  const words = problems.map(({ stack, types }) => `${stack}: ${describeBootstrap(stack, types)}`);
  throw new PlanError(`${words.join("\n")}\nNothing was applied.`);
}
