/** So many tasks at once, in the order they come; held back, those that run go on and no other begins. */
export interface Lanes {
  run<T>(task: () => Promise<T>): Promise<T>;
  hold(): void;
  release(): void;
}

export function createLanes(count: number): Lanes {
  const waiting: (() => void)[] = [];
  let running = 0;
  let isHeld = false;
  const startNext = () => {
    while (!isHeld && running < count) {
      const next = waiting.shift();
      if (!next) return;
      // Taken here and not by the task, or a newcomer could slip in before it.
      running += 1;
      next();
    }
  };
  return {
    async run(task) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        startNext();
      });
      try {
        return await task();
      } finally {
        running -= 1;
        startNext();
      }
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      startNext();
    },
  };
}
