import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { ConfigurationError } from "./errors.ts";

/** state-backends.json: which accounts and regions have a bucket for states. `npm run bootstrap` writes it; commit it. */

const backend = z.strictObject({
  bucket: z.string().min(3),
  /** Locks in this DynamoDB table. @default beside the state, which takes Terraform 1.10 */
  lockTable: z.string().min(1).optional(),
  /** The endpoint is not AWS's, and has no name for each bucket. */
  usePathStyle: z.boolean().optional(),
  /** Roles that GitHub's workflows take, for .github/workflows, and the Terraform types that they may read and make. */
  roles: z
    .strictObject({ plan: z.string(), apply: z.record(z.string(), z.string()), types: z.array(z.string()).readonly() })
    .optional(),
});

const file = z.strictObject({ backends: z.record(z.string().regex(/^\d{12}\/[a-z0-9-]+$/), backend) });

export type StateBackend = z.output<typeof backend>;
/** By `<account id>/<region>`. */
export type StateBackends = Readonly<Record<string, StateBackend>>;

interface Place {
  readonly accountId: string;
  readonly region: string;
}

export function findStateBackend(backends: StateBackends, { accountId, region }: Place): StateBackend | undefined {
  return backends[`${accountId}/${region}`];
}

/** None where there is no such file; throws ConfigurationError that names every problem in it. */
export function readStateBackends(path: string): StateBackends {
  if (!existsSync(path)) return {};
  const parsed = file.safeParse(parseJson(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data.backends;
  throw new ConfigurationError(
    "The list of state backends cannot be used:",
    parsed.error.issues.map(({ path: place, message }) => ({
      path: ["state-backends.json", ...place].join(", "),
      message: `${message}; take the file back from version control, or delete it and run \`npm run bootstrap\``,
    })),
  );
}

/** Adds or replaces one entry, sorted, so that a change is one hunk; whole or not at all. */
export function writeStateBackend(path: string, { accountId, region }: Place, entry: StateBackend): void {
  const entries = Object.entries({ ...readStateBackends(path), [`${accountId}/${region}`]: entry });
  const backends = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(`${path}.new`, `${JSON.stringify({ backends }, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
