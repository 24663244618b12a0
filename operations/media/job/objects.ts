import {
  ListObjectVersionsCommand,
  type ListObjectVersionsOutput,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { RENDITIONS_PREFIX } from "../../../contracts/media/keys.ts";
import type { JobRecord } from "./record.ts";

/** What the uploads bucket knows of one upload. */
export interface ObjectVersion {
  readonly at: Date;
  readonly versionId: string;
  readonly isLatest: boolean;
  /** Undefined for a delete marker. */
  readonly bytes: number | undefined;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

export async function listVersions(s3: S3Client, bucket: string, key: string): Promise<ObjectVersion[]> {
  const versions: ObjectVersion[] = [];
  let next: Pick<ListObjectVersionsOutput, "NextKeyMarker" | "NextVersionIdMarker"> | undefined = {};
  while (next) {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = next;
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, KeyMarker, VersionIdMarker });
    const page: ListObjectVersionsOutput = await s3.send(command);
    versions.push(...readVersions(page, key));
    next = page.IsTruncated ? page : undefined;
  }
  return versions.sort((a, b) => a.at.getTime() - b.at.getTime());
}

function readVersions({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsOutput, key: string): ObjectVersion[] {
  const found = [
    ...Versions.map((version) => ({ ...version, bytes: version.Size })),
    ...DeleteMarkers.map((marker) => ({ ...marker, bytes: undefined })),
  ];
  return found.flatMap(({ Key, LastModified, VersionId = "null", IsLatest = false, bytes }) =>
    Key === key && LastModified ? [{ at: LastModified, versionId: VersionId, isLatest: IsLatest, bytes }] : [],
  );
}

export async function listRenditions(s3: S3Client, bucket: string, jobId: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  const input = { Bucket: bucket, Prefix: `${RENDITIONS_PREFIX}${jobId}/` };
  for await (const page of paginateListObjectsV2({ client: s3 }, input))
    for (const { Key, Size } of page.Contents ?? [])
      if (Key !== undefined) objects.push({ key: Key, bytes: Size ?? 0 });
  return objects;
}

/** The renditions that the record promises against those that stand in the bucket. */
export function compareRenditions(
  { renditions }: Pick<JobRecord, "renditions">,
  stored: readonly StoredObject[],
): string[] {
  const byKey = new Map(stored.map((object) => [object.key, object]));
  const promised = new Set(renditions.map(({ key }) => key));
  const lines = renditions.map(({ key, contentType, bytes }) => {
    const found = byKey.get(key);
    const state = !found
      ? "MISSING"
      : found.bytes === bytes
        ? "stored"
        : `stored with ${found.bytes} bytes, NOT as recorded`;
    return `  ${key}  ${contentType}, ${bytes} bytes, ${state}`;
  });
  const others = stored.filter(({ key }) => !promised.has(key));
  return [
    renditions.length === 0 ? "renditions: none recorded" : "renditions:",
    ...lines,
    ...others.map(({ key, bytes }) => `  ${key}  ${bytes} bytes, stored by a try that did not finish the job`),
  ];
}
