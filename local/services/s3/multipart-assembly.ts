import { createHash } from "node:crypto";
import { checksumHeader, combineCrcs, compositeChecksum, isCrc, type ObjectChecksum } from "./checksums.ts";
import type { MultipartUpload, ObjectVersion, UploadedPart } from "./model.ts";
import { S3Error } from "./s3-error.ts";

/** Every part but the last is at least this long. */
const MIN_PART_BYTES = 5 * 1024 ** 2;

/** A part as the client lists it: with the ETag and the checksums that it was given. */
export interface StatedPart {
  readonly number: number;
  readonly eTag: string;
  /** By XML element. */
  readonly checksums: ReadonlyMap<string, string | undefined>;
}

/**
 * What the object made of the parts will be, without touching a byte of them. Throws S3Error InvalidPart,
 * InvalidPartOrder, EntityTooSmall, or BadDigest where `headers` state another checksum or size.
 */
export async function assembleParts(
  upload: MultipartUpload,
  uploaded: ReadonlyMap<number, UploadedPart>,
  stated: readonly StatedPart[],
  headers: ReadonlyMap<string, string>,
): Promise<Pick<ObjectVersion, "bytes" | "eTag" | "segments" | "checksum">> {
  const parts = stated.map((one, index) => {
    if (one.number <= (stated[index - 1]?.number ?? 0)) {
      throw new S3Error(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    }
    return findPart(uploaded, one);
  });
  if (parts.slice(0, -1).some(({ segment }) => segment.bytes < MIN_PART_BYTES)) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      MinSizeAllowed: String(MIN_PART_BYTES),
    });
  }
  const bytes = parts.reduce((sum, { segment }) => sum + segment.bytes, 0);
  const size = headers.get("x-amz-mp-object-size");
  if (size !== undefined && Number(size) !== bytes) {
    throw new S3Error(
      "InvalidRequest",
      `The x-amz-mp-object-size of ${size} does not match the ${bytes} bytes of the parts.`,
    );
  }
  const md5 = createHash("md5");
  for (const { eTag } of parts) md5.update(eTag, "hex");
  const checksum = await combineChecksums(upload, parts);
  checkStated(checksum, headers);
  return {
    bytes,
    eTag: `${md5.digest("hex")}-${parts.length}`,
    segments: parts.map(({ segment }) => segment),
    ...(checksum ? { checksum } : {}),
  };
}

function findPart(uploaded: ReadonlyMap<number, UploadedPart>, stated: StatedPart): UploadedPart {
  const part = uploaded.get(stated.number);
  const wrong = [...stated.checksums].some(([element, value]) => {
    return (
      value !== undefined &&
      part?.checksum &&
      `Checksum${part.checksum.algorithm}` === element &&
      part.checksum.value !== value
    );
  });
  if (part && part.eTag === stated.eTag && !wrong) return part;
  throw new S3Error(
    "InvalidPart",
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { PartNumber: String(stated.number) },
  );
}

async function combineChecksums(
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<ObjectChecksum | undefined> {
  if (!upload.checksum) return undefined;
  const { algorithm, type } = upload.checksum;
  const values = parts.map(({ checksum, segment }) => ({ value: checksum?.value ?? "", bytes: segment.bytes }));
  if (type === "FULL_OBJECT" && isCrc(algorithm)) return { algorithm, type, value: combineCrcs(algorithm, values) };
  return {
    algorithm,
    type,
    value: await compositeChecksum(
      algorithm,
      values.map(({ value }) => value),
    ),
  };
}

function checkStated(checksum: ObjectChecksum | undefined, headers: ReadonlyMap<string, string>): void {
  if (!checksum) return;
  const stated = headers.get(checksumHeader(checksum.algorithm));
  if (stated === undefined || stated === checksum.value) return;
  throw new S3Error("BadDigest", `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
}
