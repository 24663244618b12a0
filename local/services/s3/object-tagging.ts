import { readDocument } from "./body.ts";
import { versionHeader } from "./object-headers.ts";
import { getVersion } from "./read-object.ts";
import type { ObjectRequest, S3Core, S3Reply } from "./s3-request.ts";
import { parseTagging, printTagging } from "./tags.ts";

export async function getObjectTagging(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const version = getVersion(core, request, request.key, request.query.get("versionId"));
  const { settings } = core.catalog.getBucket(request.bucket);
  return { status: 200, headers: versionHeader(version, settings), body: printTagging(version.tags) };
}

export async function putObjectTagging(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  const tags = parseTagging((await readDocument(request)).text, "object");
  return { status: 200, headers: setTags(core, request, tags) };
}

export async function deleteObjectTagging(core: S3Core, request: ObjectRequest): Promise<S3Reply> {
  return { status: 204, headers: setTags(core, request, {}) };
}

function setTags(core: S3Core, request: ObjectRequest, tags: Readonly<Record<string, string>>): Record<string, string> {
  const version = getVersion(core, request, request.key, request.query.get("versionId"));
  const { key, versionId } = version;
  core.catalog.commit({ kind: "tags", bucket: request.bucket, key, versionId, tags });
  return versionHeader(version, core.catalog.getBucket(request.bucket).settings);
}
