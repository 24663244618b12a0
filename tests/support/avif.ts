import type { Sharp } from "sharp";

/** An AVIF that tells its colours by code points (`colr` of type `nclx`), which sharp does not write. */
export async function avifWithCodes(picture: Sharp, primaries: number, transfer: number): Promise<Buffer> {
  const avif = await picture.avif({ quality: 95, effort: 0, chromaSubsampling: "4:4:4" }).toBuffer();
  // In place of `pixi`, which nobody needs: the property keeps its number, and only its length changes.
  const pixi = avif.indexOf("pixi") - 4;
  const end = pixi + avif.readUInt32BE(pixi);
  const colour = Buffer.from("\0\0\0\x13colrnclx\0\0\0\0\0\x06\x80", "latin1");
  colour.writeUInt16BE(primaries, 12);
  colour.writeUInt16BE(transfer, 14);
  const more = colour.length - (end - pixi);
  const before = Buffer.from(avif.subarray(0, pixi));
  for (const box of ["meta", "iprp", "ipco"]) {
    const at = before.indexOf(box) - 4;
    before.writeUInt32BE(before.readUInt32BE(at) + more, at);
  }
  const mdat = avif.indexOf("mdat") + 4;
  const offset = Buffer.alloc(4);
  offset.writeUInt32BE(mdat);
  const item = before.indexOf(offset, before.indexOf("iloc"));
  before.writeUInt32BE(mdat + more, item);
  return Buffer.concat([before, colour, avif.subarray(end)]);
}
