import { capacity } from "./capacity.ts";
import { cost } from "./cost.ts";
import { job } from "./job.ts";
import { redrive } from "./redrive.ts";
import { type Command, runCommand } from "./support/command-line.ts";
import type { NameDeployment } from "./support/deployment.ts";
import { OperationError } from "./support/operation-error.ts";

const COMMANDS: Readonly<Record<string, Command>> = { redrive, job, cost, capacity };

/** Runs the command that the process's first argument names. */
export async function operate(nameDeployment: NameDeployment): Promise<void> {
  await runCommand(async ([name = "", ...args], write) => {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command)
      throw new OperationError(`There is no command "${name}"; expected ${Object.keys(COMMANDS).join(", ")}.`);
    await command(args, write, nameDeployment);
  });
}
