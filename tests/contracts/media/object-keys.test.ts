import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findSourceKey, isJobId, renditionKey, sourceKey } from "../../../contracts/media/keys.ts";
import { MEDIA_KINDS } from "../../../contracts/media/media.ts";

describe("the key scheme", () => {
  it("finds kind and job in every key that it made", () => {
    for (const kind of MEDIA_KINDS) {
      const jobId = randomUUID();

      expect(findSourceKey(sourceKey(kind, jobId))).toEqual({ kind, jobId });
    }
  });

  it("U4: finds nothing in a key that it did not make", () => {
    const id = randomUUID();
    const keys = [
      `text/${id}`,
      `image/${id}/x`,
      `image//${id}`,
      `/image/${id}`,
      `image/${id}\n`,
      `image/${id.toUpperCase()}`,
      `image/../video/${id}`,
      "image/",
      "",
    ];

    for (const key of keys) expect(findSourceKey(key)).toBeUndefined();
  });

  it("takes random UUIDs for job ids, and no other version", () => {
    expect(isJobId(randomUUID())).toBe(true);
    expect(isJobId("6ba7b810-9dad-11d1-80b4-00c04fd430c8")).toBe(false);
  });

  it("puts a job's renditions under a prefix of its own", () => {
    expect(renditionKey("j1", "w640", "webp")).toBe("v1/j1/w640.webp");
  });
});
