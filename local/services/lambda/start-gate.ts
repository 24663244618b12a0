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

  /** Goes down the line until the place is taken: whoever asked first may have been served otherwise meanwhile. */
  release(): void {
    this.#taken--;
    while (this.#taken < this.#limit && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}
