import { expect, it } from "vitest";
import { limitsResponse } from "../../../../contracts/media/api.ts";
import { MEDIA_KINDS } from "../../../../contracts/media/media.ts";
import { makePresign, RULES } from "./presign-fixture.ts";

async function readLimits(headers: Record<string, string> = {}, rules: Partial<typeof RULES> = {}) {
  const answer = await makePresign(rules).call({ method: "GET", path: "/limits", headers });
  return { ...answer, limits: answer.statusCode === 200 ? limitsResponse.parse(answer.body) : undefined };
}

it("tells the limits of this deployment, per kind", async () => {
  const { limits } = await readLimits();

  expect(MEDIA_KINDS.map((kind) => limits?.[kind].maxBytes)).toEqual(MEDIA_KINDS.map((kind) => RULES.maxBytes[kind]));
  expect(limits).toMatchObject({
    video: { maxDurationSeconds: 3600 },
    audio: { maxDurationSeconds: 14_400 },
    upload: { expiresInSeconds: RULES.urlSeconds, methods: ["POST", "PUT"] },
  });
});

it("names types, extensions and formats as a page's file input and its words want them", async () => {
  const { limits } = await readLimits();

  expect(limits?.image).toMatchObject({
    contentTypes: expect.arrayContaining(["image/jpeg", "image/jpg"]),
    extensions: expect.arrayContaining([".jpg", ".jpeg"]),
    formats: expect.arrayContaining([
      expect.objectContaining({ name: "JPEG", maxPixels: 200_000_000 }),
      expect.objectContaining({ name: "HEIC", maxPixels: 108_000_000 }),
    ]),
  });
  expect(limits?.refused).toContainEqual({
    contentTypes: expect.arrayContaining(["video/x-ms-wmv"]),
    extensions: expect.arrayContaining([".wmv"]),
    message: "This is a Windows Media video, which can't be opened. Export it as MP4 and add it again.",
  });
});

it("leaves HEIC out where it is switched off, and presign refuses it by name", async () => {
  const [on, off] = [await readLimits(), await readLimits({}, { heic: false })];
  const request = { fileName: "IMG_0001.HEIC", contentType: "image/heif", size: 1 };
  const answer = await makePresign({ heic: false }).post(request);

  expect(on.limits?.image.contentTypes).toContain("image/heif");
  expect(off.limits?.image.extensions).not.toContain(".heic");
  expect(answer.statusCode).toBe(400);
  expect(JSON.stringify(answer.body)).toContain("This is a HEIC photo, which can't be opened.");
});

it("may be kept for five minutes, by each page for itself, and is asked for again by its tag", async () => {
  const { headers } = await readLimits();

  expect(headers).toMatchObject({ "cache-control": "public, max-age=300", vary: "origin" });
  expect((await readLimits({ "if-none-match": String(headers.etag) })).statusCode).toBe(304);
});
