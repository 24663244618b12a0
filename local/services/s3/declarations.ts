import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readStateFile, writeStateFile } from "../../state/state-file.ts";
import type { StoredSettings } from "./model.ts";
import type { BucketSettings } from "./seam.ts";

const bucketNames = z.array(z.string());

/**
 * What the stacks have said of each bucket since the runtime started. A bucket's settings outlive the runtime, and the resource
 * that made one may be gone from the stack meanwhile: Terraform would have removed it on AWS, so it goes here too.
 */
export class Declarations {
  private readonly names = new Map<string, Set<string>>();
  private readonly path: string;

  constructor(directory: string) {
    this.path = join(directory, "declared.json");
  }

  addBucket(bucket: string): void {
    this.names.set(bucket, this.names.get(bucket) ?? new Set());
  }

  addSettings(bucket: string, settings: BucketSettings): void {
    for (const name of Object.keys(settings)) this.names.get(bucket)?.add(name);
  }

  listBuckets(): string[] {
    return [...this.names.keys()];
  }

  /** Of the buckets that an earlier start's stacks declared, those that none declares now. One that a person made is none. */
  listUndeclaredBuckets(): string[] {
    const before = existsSync(this.path) ? readStateFile(this.path, bucketNames) : [];
    const all = [...new Set([...before, ...this.names.keys()])].sort();
    if (all.length > before.length) writeStateFile(this.path, all);
    return all.filter((bucket) => !this.names.has(bucket));
  }

  /** What to lay over a bucket's settings, so that only what is declared is left. Versions that are there stay. */
  findUndeclared(bucket: string, settings: StoredSettings): Partial<StoredSettings> {
    const declared = this.names.get(bucket);
    const left = Object.entries(settings).filter(([name, value]) => value !== undefined && !declared?.has(name));
    return Object.fromEntries(left.map(([name]) => [name, name === "versioning" ? "Suspended" : undefined]));
  }
}
