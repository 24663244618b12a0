import type { Readable } from "node:stream";
import { requireAccess } from "./access.ts";
import { digestStream, MAX_PUT_BYTES, storeStream } from "./body.ts";
import { CHECKSUM_ALGORITHMS, checksumHeader } from "./checksums.ts";
import type { ObjectVersion } from "./model.ts";
import { parseDescription, refuseUnsupportedHeaders } from "./object-headers.ts";
import { readForm } from "./post-form.ts";
import { authenticateForm, checkPolicy, type FormFields, type SizeRange } from "./post-policy.ts";
import { S3Error } from "./s3-error.ts";
import {
  checkKeyLength,
  type ObjectRequest,
  type S3Core,
  type S3Reply,
  type S3Request,
  toHeaderValue,
} from "./s3-request.ts";
import { parseTagging } from "./tags.ts";
import { commitObject, contentOf, requireWriteAccess, writtenHeaders } from "./write-object.ts";
import { printXml } from "./xml.ts";

/**
 * A browser's upload by form. The policy in the form is the signature's text, so it says all that the sender may do;
 * S3 itself enforces it (threats.md U1): the file is cut off at the first byte beyond the range.
 */
export async function postObject(core: S3Core, request: S3Request & { readonly bucket: string }): Promise<S3Reply> {
  const { bucket } = request;
  const form = await readForm(request.raw);
  try {
    const fields = withFileName(form.fields, form.fileName);
    const upload = authorizeForm(core, request, fields);
    const range = fields.has("policy") ? checkPolicy(fields, bucket, core.context.clock.now()) : undefined;
    const description = parseDescription(upload.headers);
    const tagging = fields.get("tagging");
    const tags = tagging === undefined ? description.tags : parseTagging(tagging, "object");
    requireWriteAccess(core, upload, { ...description, tags });
    const algorithm = CHECKSUM_ALGORITHMS.find((one) => fields.has(checksumHeader(one)));
    const stored = await storeStream(core, upload.key, async (write) => {
      const digest = await digestStream(limited(form.file, range), algorithm, write);
      await form.finished;
      if (algorithm && digest.checksum?.value !== fields.get(checksumHeader(algorithm))) {
        throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
      }
      return digest;
    });
    const draft = { key: upload.key, ...description, tags, ...contentOf(stored) };
    const version = commitObject(core, upload, draft, "ObjectCreated:Post");
    return reply(core, upload, fields, version);
  } finally {
    // What is left of the form goes past the parser, into the drain.
    request.raw.unpipe();
  }
}

/** The sender is whoever signed the policy, and asks for no more than s3:PutObject of this one key. */
function authorizeForm(
  core: S3Core,
  request: S3Request & { readonly bucket: string },
  fields: FormFields,
): ObjectRequest {
  const key = fields.get("key");
  if (!key)
    throw new S3Error("InvalidArgument", "Bucket POST must contain a field named 'key'.", { ArgumentName: "key" });
  checkKeyLength(key);
  const { credentials, region } = core.context;
  const principal = authenticateForm(fields, credentials, region) ?? ({ type: "anonymous" } as const);
  const bucket = core.catalog.getBucket(request.bucket);
  const upload: ObjectRequest = { ...request, key, principal, headers: fieldsAsHeaders(fields) };
  requireAccess(core, upload, { action: "s3:PutObject", key });
  refuseUnsupportedHeaders(upload.headers, bucket.settings);
  return upload;
}

/** The fields that a PUT would send as headers, and no others: a form has no conditions. */
function fieldsAsHeaders(fields: FormFields): Map<string, string> {
  const described = [...fields].filter(([name]) => /^(x-amz-|content-|cache-control$|expires$)/.test(name));
  const headers = new Map(described.map(([name, value]) => [name, toHeaderValue(name, value)]));
  const acl = fields.get("acl");
  if (acl !== undefined) headers.set("x-amz-acl", acl);
  return headers;
}

function withFileName(fields: FormFields, fileName: string): FormFields {
  const key = fields.get("key")?.replace(/\$\{filename\}/g, () => fileName);
  return key === undefined ? fields : new Map([...fields, ["key", key]]);
}

async function* limited(file: Readable, range: SizeRange | undefined): AsyncGenerator<Buffer> {
  const { min, max } = range ?? { min: 0, max: MAX_PUT_BYTES };
  let bytes = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > Math.min(max, MAX_PUT_BYTES)) {
      throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
        ProposedSize: String(bytes),
        MaxSizeAllowed: String(max),
      });
    }
    yield chunk;
  }
  if (bytes < min) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      ProposedSize: String(bytes),
      MinSizeAllowed: String(min),
    });
  }
}

function reply(core: S3Core, upload: ObjectRequest, fields: FormFields, version: ObjectVersion): S3Reply {
  const { bucket, key } = upload;
  const location = `http://${upload.raw.headers.host}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const headers: Record<string, string> = { ...writtenHeaders(core, bucket, version), location };
  const redirect = findRedirect(fields.get("success_action_redirect") ?? fields.get("redirect"));
  if (redirect) {
    for (const [name, value] of Object.entries({ bucket, key, etag: headers.etag ?? "" })) {
      redirect.searchParams.set(name, value);
    }
    return { status: 303, headers: { ...headers, location: redirect.href } };
  }
  const status = fields.get("success_action_status");
  if (status === "200") return { status: 200, headers };
  if (status !== "201") return { status: 204, headers };
  const document = { Location: location, Bucket: bucket, Key: key, ETag: `"${version.eTag}"` };
  return { status: 201, headers, body: printXml("PostResponse", document, "") };
}

/** As S3: an address that cannot be read counts as none. */
function findRedirect(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) && /^https?:/.test(text) ? new URL(text) : undefined;
}
