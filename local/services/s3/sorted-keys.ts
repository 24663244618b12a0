/** Keys in the order that S3 lists them: by their UTF-8 bytes. */
export class SortedKeys {
  readonly #keys: string[] = [];

  add(key: string): void {
    const index = this.indexFrom(key);
    if (this.#keys[index] !== key) this.#keys.splice(index, 0, key);
  }

  delete(key: string): void {
    const index = this.indexFrom(key);
    if (this.#keys[index] === key) this.#keys.splice(index, 1);
  }

  /** The keys that are not before `start`. */
  *from(start: string): Generator<string> {
    for (let index = this.indexFrom(start); index < this.#keys.length; index++) yield this.#keys[index] ?? "";
  }

  /** The place of the first key that is not before `start`. */
  private indexFrom(start: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#keys[middle] ?? "", start) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * UTF-8 order. JavaScript compares UTF-16 units, which differs in one case: surrogates (U+10000 and up) sort below
 * U+E000–U+FFFF there, and above in UTF-8.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
