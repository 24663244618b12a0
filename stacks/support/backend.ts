import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { StateBackend } from "./state-backends.ts";

/** Where a stack lives, and the bucket for its state, if there is one. */
export interface BackendProps {
  readonly accountId: string;
  readonly region: string;
  readonly stateBackend?: StateBackend | undefined;
}

/**
 * Keeps a stack's state in its account's bucket, locked there while it is used; in a file at the root of the checkout
 * until `npm run bootstrap` has made the bucket.
 */
export function useBackend(stack: TerraformStack, { stateBackend, ...place }: BackendProps): void {
  if (stateBackend) useBucket(stack, stateBackend, place);
  else useLocalFile(stack);
}

function useBucket(
  stack: TerraformStack,
  { bucket, lockTable, usePathStyle }: StateBackend,
  { accountId, region }: BackendProps,
): void {
  const settings = {
    bucket,
    // The roles' policies know this prefix (terraform-state-backend/names.ts).
    key: `stacks/${stack.node.id}/terraform.tfstate`,
    region,
    encrypt: true,
    allowedAccountIds: [accountId],
    // cdktf 0.21 has no type for use_lockfile; Terraform before 1.10 does not know it, and asks for the table.
    ...(lockTable ? { dynamodbTable: lockTable } : { useLockfile: true }),
    ...(usePathStyle && { usePathStyle }),
  };
  new S3Backend(stack, settings);
}

/**
 * The path is relative to `cdktf.out/stacks/<stack>/`, where Terraform runs: cdktf's own default is absolute, and would
 * make synthesis differ from folder to folder.
 */
function useLocalFile(stack: TerraformStack): void {
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
}
