/**
 * The function's variables, all there and none empty; a missing one is an error of the deployment that names every
 * missing one at once.
 */
export function readEnvironment<Name extends string>(
  functionName: string,
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
): Record<Name, string> {
  const missing = names.filter((variable) => !environment[variable]);
  if (missing.length > 0) {
    throw new Error(
      `The function ${functionName} needs these environment variables, which are not set: ${missing.join(", ")}.`,
    );
  }
  return Object.fromEntries(names.map((variable) => [variable, environment[variable]])) as Record<Name, string>;
}

/** A whole number of at least 1. */
export function readPositiveInteger(name: string, text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new Error(`${name} is "${text}"; expected a whole number of at least 1.`);
  return value;
}

/** `true` or `false`. Throws where the deployment says anything else. */
export function readSwitch(name: string, text: string): boolean {
  if (text !== "true" && text !== "false") throw new Error(`${name} is "${text}"; expected "true" or "false".`);
  return text === "true";
}
