import { join } from "node:path";
import { renditionKey } from "../../../contracts/media/keys.ts";
import type { Size } from "../formats/video-frame.ts";
import type { Rendition } from "../jobs/job-table.ts";
import type { RenditionStore } from "../jobs/object-store.ts";

/** A checked file in the scratch folder, and what it is called from now on. */
export interface FinishedFile {
  readonly name: string;
  readonly file: string;
  readonly extension: string;
  readonly contentType: string;
  readonly size?: Size;
}

/** Writes all of them, in their order. Waits for every one before it throws: the folder is removed after that. */
export async function storeRenditions(
  store: RenditionStore,
  jobId: string,
  directory: string,
  files: readonly FinishedFile[],
): Promise<Rendition[]> {
  const settled = await Promise.allSettled(files.map((file) => storeRendition(store, jobId, directory, file)));
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function storeRendition(
  store: RenditionStore,
  jobId: string,
  directory: string,
  { name, file, extension, contentType, size }: FinishedFile,
): Promise<Rendition> {
  const key = renditionKey(jobId, name, extension);
  const bytes = await store.putFile(key, join(directory, file), contentType);
  return { name, key, contentType, bytes, ...size };
}
