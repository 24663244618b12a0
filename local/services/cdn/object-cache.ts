import { compress, type Encoding } from "./compression.ts";
import type { Headers } from "./response-headers.ts";

/** An answer of the origin that is kept whole. Times in milliseconds since 1970. */
export interface CachedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly storedAt: number;
  readonly freshUntil: number;
  /** Compressed forms, made when first asked for. */
  readonly encoded: Map<Encoding, Promise<Buffer>>;
}

/** Only what is small is kept; larger files, videos above all, are streamed from the origin by range. */
export const MAX_CACHED_OBJECT_BYTES = 8 * 1024 * 1024;
const MAX_CACHE_BYTES = 128 * 1024 * 1024;

/** A cache in memory, by path, that forgets what was not asked for the longest. */
export class ObjectCache {
  readonly #answers = new Map<string, CachedAnswer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number = MAX_CACHE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  find(key: string): CachedAnswer | undefined {
    const answer = this.#answers.get(key);
    if (!answer) return undefined;
    // A Map keeps the order of insertion: what is used moves to the end.
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    return answer;
  }

  put(key: string, answer: CachedAnswer): void {
    this.delete(key);
    this.#answers.set(key, answer);
    this.#bytes += answer.body.length;
    for (const [oldest] of this.#answers) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const answer = this.#answers.get(key);
    if (!answer) return;
    this.#answers.delete(key);
    this.#bytes -= answer.body.length;
  }
}

export function encodedBody(answer: CachedAnswer, encoding: Encoding): Promise<Buffer> {
  const existing = answer.encoded.get(encoding);
  if (existing) return existing;
  const made = compress(encoding, answer.body);
  answer.encoded.set(encoding, made);
  return made;
}
