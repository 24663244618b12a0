import { operate } from "./operations/operate.ts";
import { OperationError } from "./operations/support/operation-error.ts";
import { nameMedia } from "./stacks/media/names.ts";
import { ENVIRONMENT_NAMES } from "./stacks/support/environment.ts";
import { ConfigurationError } from "./stacks/support/errors.ts";

/**
 * `npm run job`, `redrive`, `cost` and `capacity`: the first word names the command. What is deployed has computed
 * names, so an environment's name is all that operations/ needs to find it, on a machine without a build or a state.
 */
await operate(async (wanted) => {
  const name = ENVIRONMENT_NAMES.find((it) => it === wanted);
  if (!name)
    throw new OperationError(`There is no environment "${wanted}"; expected one of ${ENVIRONMENT_NAMES.join(", ")}.`);
  try {
    // It is checked as it is read: only in here is what it throws shown to a person.
    const { environments } = await import("./environments.ts");
    return nameMedia(environments[name]);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new OperationError(error.message);
    throw error;
  }
});
