/** One exact version of an uploaded object (threats.md E5): never a mix of two. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId?: string;
  readonly eTag: string;
}

/** The uploads bucket, as a worker may see it: read only (threats.md E9). */
export interface SourceStore {
  /**
   * The whole object in memory. Throws MediaError FILE_TOO_LARGE past `maxBytes`, whatever its length header says, and
   * SourceGoneError when that version no longer exists or was replaced.
   */
  read(version: ObjectVersion, maxBytes: number): Promise<Buffer>;
  /** The same, streamed into the file at `path`. */
  download(version: ObjectVersion, path: string, maxBytes: number): Promise<void>;
  /** Whether an object stands at the key. */
  exists(key: string): Promise<boolean>;
}

/** Keys are deterministic and name one job for ever, so browsers and the CDN may keep a rendition for a year. */
export const RENDITION_CACHE_CONTROL = "public, max-age=31536000, immutable";

/** The renditions bucket: write only, with RENDITION_CACHE_CONTROL. Writing a key again is harmless. */
export interface RenditionStore {
  put(key: string, body: Buffer, contentType: string): Promise<void>;
  /** The same from a file; returns its length in bytes. */
  putFile(key: string, path: string, contentType: string): Promise<number>;
}
