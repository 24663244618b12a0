import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { type StateBackendProps, StateBackendStack } from "./state-backend-stack.ts";

/** Throws where a stack must not be: takes what would stand in its cdk.tf.json. */
export type StackCheck = (document: Readonly<Record<string, unknown>>) => void;

/**
 * Writes the stack into `<outputFolder>/stacks/<id>/`, where Terraform runs, and returns that folder. What `check` throws at
 * is not written.
 */
export function synthesizeStateBackend(outputFolder: string, props: StateBackendProps, check?: StackCheck): string {
  mkdirSync(outputFolder, { recursive: true });
  // A stack trace holds the paths of this machine, and would make synthesis differ from folder to folder.
  const app = new App({ outdir: outputFolder, stackTraces: false });
  const stack = new StateBackendStack(app, props);
  stack.prepareStack();
  check?.(stack.toTerraform());
  app.synth();
  return join(outputFolder, "stacks", stack.node.id);
}
