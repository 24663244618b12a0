import { LocalBackend, type TerraformStack } from "cdktf";

/**
 * Keeps a stack's state in a file at the root of the checkout. The path is relative to `cdktf.out/stacks/<stack>/`,
 * where Terraform runs: cdktf's own default is absolute, and would make synthesis differ from folder to folder.
 */
export function useLocalBackend(stack: TerraformStack): void {
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
}
