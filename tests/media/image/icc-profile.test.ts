import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { isSrgbProfile } from "../../../lambdas/media/formats/icc-profile.ts";
import { corners, cut } from "../../support/images.ts";

async function profileOf(name: string): Promise<Buffer> {
  const { icc } = await sharp(await corners(8, 8).withIccProfile(name).png().toBuffer()).metadata();
  if (icc === undefined) throw new Error(`sharp wrote no ${name} profile.`);
  return icc;
}

describe("A colour profile", () => {
  it("of sRGB is known by what it does", async () => {
    expect(isSrgbProfile(await profileOf("srgb"))).toBe(true);
  });

  it("of Display P3 is no sRGB", async () => {
    expect(isSrgbProfile(await profileOf("p3"))).toBe(false);
  });

  it("of inks is no sRGB", async () => {
    const { icc = Buffer.alloc(0) } = await sharp(
      await corners(8, 8).toColourspace("cmyk").withIccProfile("cmyk").jpeg().toBuffer(),
    ).metadata();

    expect(icc.toString("latin1", 16, 20)).toBe("CMYK");
    expect(isSrgbProfile(icc)).toBe(false);
  });

  it("that is called sRGB is not believed: its primaries count", async () => {
    const profile = await profileOf("srgb");
    const redX = profile.readUInt32BE(findTag(profile, "rXYZ") + 8);
    profile.writeUInt32BE(redX + 0x1000, findTag(profile, "rXYZ") + 8);

    expect(isSrgbProfile(profile)).toBe(false);
  });

  it("with sRGB's primaries and another curve is no sRGB", async () => {
    const profile = await profileOf("srgb");
    profile.writeUInt32BE(0x10000, findTag(profile, "gTRC") + 12);

    expect(isSrgbProfile(profile)).toBe(false);
  });

  it("that is cut off anywhere is no sRGB, and no error", async () => {
    const profile = await profileOf("srgb");

    for (let percent = 0; percent < 70; percent++) expect(isSrgbProfile(cut(profile, percent / 100))).toBe(false);
  });
});

function findTag(profile: Buffer, name: string): number {
  const entry = profile.indexOf(name, 128, "latin1");
  return profile.readUInt32BE(entry + 4);
}
