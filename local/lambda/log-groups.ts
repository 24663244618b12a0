const groups = new WeakMap<object, Set<string>>();

/** The log groups that a runtime's stack declares: a function may only write to one of them (security.md P4). */
export function logGroupsOf(runtime: object): Set<string> {
  const known = groups.get(runtime) ?? new Set();
  groups.set(runtime, known);
  return known;
}
