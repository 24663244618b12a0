import { readFile } from "node:fs/promises";
import { RENDITION_CACHE_CONTROL, type RenditionStore } from "../object-store.ts";

export interface StoredRendition {
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** The renditions bucket in memory; `objects` is what the CDN would find there. */
export class MemoryRenditionStore implements RenditionStore {
  readonly objects = new Map<string, StoredRendition>();

  async put(key: string, body: Buffer, contentType: string): Promise<void> {
    this.objects.set(key, { body: Buffer.from(body), contentType, cacheControl: RENDITION_CACHE_CONTROL });
  }

  async putFile(key: string, path: string, contentType: string): Promise<number> {
    const body = await readFile(path);
    await this.put(key, body, contentType);
    return body.length;
  }
}
