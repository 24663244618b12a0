import type { StoredSettings } from "./model.ts";
import type { BucketSettings } from "./seam.ts";

/**
 * What the stack has said of each bucket since the runtime started. A bucket's settings outlive the runtime, and the resource
 * that made one may be gone from the stack meanwhile: Terraform would have removed it on AWS, so it goes here too.
 */
export class Declarations {
  private readonly names = new Map<string, Set<string>>();

  addBucket(bucket: string): void {
    this.names.set(bucket, this.names.get(bucket) ?? new Set());
  }

  addSettings(bucket: string, settings: BucketSettings): void {
    for (const name of Object.keys(settings)) this.names.get(bucket)?.add(name);
  }

  listBuckets(): string[] {
    return [...this.names.keys()];
  }

  /** What to lay over a bucket's settings, so that only what is declared is left. Versions that are there stay. */
  findUndeclared(bucket: string, settings: StoredSettings): Partial<StoredSettings> {
    const declared = this.names.get(bucket);
    const left = Object.entries(settings).filter(([name, value]) => value !== undefined && !declared?.has(name));
    return Object.fromEntries(left.map(([name]) => [name, name === "versioning" ? "Suspended" : undefined]));
  }
}
