/** A twentieth of a second's worth may come at once: AWS banks unused capacity, too, and promises none of it. */
const BURST_SECONDS = 0.05;

/** So many a second, in virtual time. */
export class TokenBucket {
  private tokens = 0;
  private at = 0;

  constructor(private readonly perSecond: number) {}

  /** False where there are not enough: then none is taken. */
  take(count: number, now: number): boolean {
    this.tokens = Math.min(this.perSecond * BURST_SECONDS, this.tokens + (now - this.at) * this.perSecond);
    this.at = now;
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }
}
