/** Runs a task as soon as one of the lanes is free, in the order they come. */
export type RunInLane = <T>(task: () => Promise<T>) => Promise<T>;

export function createLanes(count: number): RunInLane {
  const waiting: (() => void)[] = [];
  let free = count;
  const leave = () => {
    const next = waiting.shift();
    // The lane passes straight to the next: were it free for a moment, a newcomer could slip in.
    if (next) next();
    else free += 1;
  };
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      leave();
    }
  };
}
