/** Lets a few cold starts happen at a time: more at once only make each of them slower. */
export class StartGate {
  readonly #limit: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True where a start may begin now; otherwise `retry` is called once when one has ended. */
  tryTake(retry: () => void): boolean {
    if (this.#taken < this.#limit) {
      this.#taken++;
      return true;
    }
    this.#waiting.push(retry);
    return false;
  }

  release(): void {
    this.#taken--;
    this.#waiting.shift()?.();
  }
}
