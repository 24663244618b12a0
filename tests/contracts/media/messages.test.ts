import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeEventKey, parseUploadsArrived } from "../../../contracts/media/messages.ts";
import { announce } from "../../lambdas/support/fakes.ts";

describe("an S3 event in a message", () => {
  it("E1: has its key decoded from form encoding, plus signs and all", () => {
    expect(decodeEventKey("a+b%2Bc%2520d")).toBe("a b+c%20d");
    expect(decodeEventKey("%E7%8C%AB")).toBe("猫");
  });

  it("announces each uploaded object with its exact version", () => {
    const key = `image/${randomUUID()}`;

    const [upload, ...others] = parseUploadsArrived(announce(key, { versionId: "v1", eTag: "abc", bytes: 7 }));

    expect(others).toEqual([]);
    expect(upload).toEqual({ bucket: "uploads", key, bytes: 7, eTag: "abc", versionId: "v1" });
  });

  it("E1: loses only the record whose key cannot be decoded", () => {
    const records = ["image/%", "image/good"].flatMap((key) => JSON.parse(announce(key)).Records);

    const uploads = parseUploadsArrived(JSON.stringify({ Records: records }));

    expect(uploads.map(({ key }) => key)).toEqual(["image/good"]);
  });

  it("E2: announces nothing in test events, deletions, other sources and other bodies", () => {
    const bodies = [
      JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "uploads" }),
      announce("image/x").replace("ObjectCreated:Post", "ObjectRemoved:Delete"),
      announce("image/x").replace("aws:s3", "aws:sns"),
      announce("image/x").replace('"size":3', '"size":-3'),
      announce("image/x").replace('"eTag"', '"etag"'),
      "",
      "null",
      "5",
      '"Records"',
      '{"Records":[[]]}',
    ];

    for (const body of bodies) expect(parseUploadsArrived(body)).toEqual([]);
  });
});
