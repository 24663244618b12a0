import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { type StateBackendProps, StateBackendStack } from "./state-backend-stack.ts";

/** Writes the stack into `<outputFolder>/stacks/<id>/`, where Terraform runs, and returns that folder. */
export function synthesizeStateBackend(outputFolder: string, props: StateBackendProps): string {
  mkdirSync(outputFolder, { recursive: true });
  // A stack trace holds the paths of this machine, and would make synthesis differ from folder to folder.
  const app = new App({ outdir: outputFolder, stackTraces: false });
  const stack = new StateBackendStack(app, props);
  app.synth();
  return join(outputFolder, "stacks", stack.node.id);
}
