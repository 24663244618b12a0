/** Reading a file's first bytes. Reads past the end find nothing, they never throw. */

export function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((value, index) => bytes[index] === value);
}

/** The bytes of `[start, end)` as one character each. */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** Undefined where the file ends before it. */
export function findUint(bytes: Uint8Array, offset: number, length: 2 | 4, littleEndian = false): number | undefined {
  if (offset < 0 || offset + length > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return length === 2 ? view.getUint16(offset, littleEndian) : view.getUint32(offset, littleEndian);
}

/** A file's brands cannot be many; a box that claims more is not believed. */
const MAX_BRANDS = 64;

/** The brands of an ISO base media file (AVIF, HEIC, MP4), major first; none where it is not one. */
export function isoBrands(bytes: Uint8Array): string[] {
  if (ascii(bytes, 4, 8) !== "ftyp") return [];
  const end = Math.min(findUint(bytes, 0, 4) ?? 0, bytes.length, 16 + 4 * MAX_BRANDS);
  const brands = [ascii(bytes, 8, 12)];
  for (let offset = 16; offset + 4 <= end; offset += 4) brands.push(ascii(bytes, offset, offset + 4));
  return brands;
}

/** Brands of HEVC pictures; `mif1` alone says "some picture", which an AVIF says better. */
export function isHeic(bytes: Uint8Array): boolean {
  const [major = "", ...compatible] = isoBrands(bytes);
  return ["heic", "heix", "heim", "heis"].includes(major) || (major === "mif1" && !compatible.includes("avif"));
}

/** A moving HEIC, whose frames are a film: bursts and animations, not the stills of live photos. */
export function isHeicSequence(bytes: Uint8Array): boolean {
  return ["hevc", "hevx", "hevm", "hevs", "msf1"].includes(isoBrands(bytes)[0] ?? "");
}
