import { cost } from "./cost.ts";
import { job } from "./job.ts";
import { redrive } from "./redrive.ts";
import { type Command, runCommand } from "./support/command-line.ts";
import { OperationError } from "./support/operation-error.ts";

/** `npm run redrive`, `npm run job` and `npm run cost`: the first word names the command. */
const COMMANDS: Readonly<Record<string, Command>> = { redrive, job, cost };

await runCommand(async ([name = "", ...args], write) => {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new OperationError(`There is no command "${name}"; expected ${Object.keys(COMMANDS).join(", ")}.`);
  await command(args, write);
});
