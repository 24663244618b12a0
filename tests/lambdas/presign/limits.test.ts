import { expect, it } from "vitest";
import { limitsResponse } from "../../../contracts/api.ts";
import { MEDIA_KINDS } from "../../../contracts/media.ts";
import { makePresign, RULES } from "./presign-fixture.ts";

async function readLimits(headers: Record<string, string> = {}) {
  const answer = await makePresign().call({ method: "GET", path: "/limits", headers });
  return { ...answer, limits: answer.statusCode === 200 ? limitsResponse.parse(answer.body) : undefined };
}

it("tells the limits of this deployment, per kind", async () => {
  const { limits } = await readLimits();

  expect(MEDIA_KINDS.map((kind) => limits?.[kind].maxBytes)).toEqual(MEDIA_KINDS.map((kind) => RULES.maxBytes[kind]));
  expect(limits).toMatchObject({
    video: { maxDurationSeconds: RULES.maxDurationSeconds },
    audio: { maxDurationSeconds: RULES.maxDurationSeconds },
    upload: { expiresInSeconds: RULES.urlSeconds, methods: ["POST", "PUT"] },
  });
});

it("names types, extensions and formats as a page's file input and its words want them", async () => {
  const { limits } = await readLimits();

  expect(limits?.image).toMatchObject({
    contentTypes: expect.arrayContaining(["image/jpeg", "image/jpg"]),
    extensions: expect.arrayContaining([".jpg", ".jpeg"]),
    formats: expect.arrayContaining([expect.objectContaining({ name: "JPEG", maxPixels: expect.any(Number) })]),
  });
  expect(limits?.refused).toContainEqual({
    contentTypes: expect.arrayContaining(["video/x-ms-wmv"]),
    extensions: expect.arrayContaining([".wmv"]),
    message: "This is a Windows Media video, which can't be opened. Export it as MP4 and add it again.",
  });
});

it("may be kept for five minutes, by each page for itself, and is asked for again by its tag", async () => {
  const { headers } = await readLimits();

  expect(headers).toMatchObject({ "cache-control": "public, max-age=300", vary: "origin" });
  expect((await readLimits({ "if-none-match": String(headers.etag) })).statusCode).toBe(304);
});
