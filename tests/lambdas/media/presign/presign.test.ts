import { describe, expect, it } from "vitest";
import { errorResponse, presignResponse } from "../../../../contracts/media/api.ts";
import { findSourceKey } from "../../../../contracts/media/keys.ts";
import { CONVERSIONS } from "../../../../contracts/media/media.ts";
import { listAllAbandoned } from "../jobs/job-table.contract.ts";
import { GOOD_REQUEST, makePresign, RULES } from "./presign-fixture.ts";

async function create(change: Record<string, unknown> = {}) {
  const presign = makePresign();
  const { statusCode, body } = await presign.post({ ...GOOD_REQUEST, ...change });
  expect(statusCode).toBe(201);
  const response = presignResponse.parse(body);
  const job = await presign.jobs.find(response.jobId);
  if (!job) throw new Error("The job was not created.");
  return { response, job, presign };
}

/** The error of a request that must be refused: 4xx, in the one shape, and without a job. */
async function refuse(request: unknown) {
  const presign = makePresign();
  const { statusCode, body } = await presign.post(request);
  expect(statusCode).toBeGreaterThanOrEqual(400);
  expect(statusCode).toBeLessThan(500);
  expect(await listAllAbandoned(presign.jobs, new Date("2100-01-01"))).toEqual([]);
  return { status: statusCode, ...errorResponse.parse(body).error };
}

function readPolicy(upload: { method: string; fields?: Record<string, string> }) {
  return JSON.parse(Buffer.from(upload.fields?.policy ?? "", "base64").toString());
}

describe("POST /presign/upload", () => {
  it("creates a PENDING job and one form upload for it", async () => {
    const { response, job } = await create({ convertTo: "webp" });

    expect(response).toMatchObject({
      key: `image/${response.jobId}`,
      upload: {
        method: "POST",
        url: "https://uploads.s3.eu-central-1.amazonaws.com/",
        expiresAt: "2026-11-01T12:05:00.000Z",
      },
      statusUrl: `https://api.example.com/status?jobId=${response.jobId}`,
    });
    expect(job).toMatchObject({
      key: response.key,
      kind: "image",
      status: "PENDING",
      fileName: "beach.jpg",
      convertTo: "webp",
      source: { contentType: "image/jpeg", bytes: 1_234_567 },
      uploadExpiresAt: new Date("2026-11-01T12:05:00Z"),
      abandonedAt: new Date("2026-11-01T13:00:00Z"),
      forgetAt: new Date("2026-12-01T12:00:00Z"),
    });
  });

  it("U1: signs a form for 1 byte up to the kind's limit, whatever was declared", async () => {
    for (const [contentType, kind] of [
      ["image/png", "image"],
      ["video/mp4", "video"],
      ["audio/mpeg", "audio"],
    ] as const) {
      const { response } = await create({ contentType });

      const range = readPolicy(response.upload).conditions.filter((condition: unknown) => Array.isArray(condition));
      expect(range).toEqual([["content-length-range", 1, RULES.maxBytes[kind]]]);
    }
  });

  it("U1, U2: signs a PUT for exactly the declared length and type", async () => {
    const { response } = await create({ method: "PUT" });

    expect(response.upload).toMatchObject({
      method: "PUT",
      headers: { "content-type": "image/jpeg", "if-none-match": "*" },
    });
    expect(new URL(response.upload.url).searchParams.get("X-Amz-SignedHeaders")).toBe(
      "content-length;content-type;host;if-none-match",
    );
  });

  it("U1: accepts sizes from 1 to the limit, and refuses any other", async () => {
    await create({ size: 1 });
    await create({ size: 25_000_000 });

    expect(await refuse({ ...GOOD_REQUEST, size: 25_000_001 })).toMatchObject({ status: 400, code: "FILE_TOO_LARGE" });
    expect(await refuse({ ...GOOD_REQUEST, size: 0 })).toMatchObject({ status: 400, code: "FILE_EMPTY" });
    for (const size of [-1, 1.5, "1e9", "5", null, true, [5], 2 ** 53, undefined]) {
      expect(await refuse({ ...GOOD_REQUEST, size })).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    }
  });

  it("U1: refuses NaN, 1e999 and -0 as JSON writes them", async () => {
    for (const size of ["NaN", "Infinity", "1e999", "-0", "01"]) {
      const { statusCode } = await makePresign().call({
        body: `{"fileName":"a.jpg","contentType":"image/jpeg","size":${size}}`,
      });

      expect(statusCode).toBe(400);
    }
  });

  it("U2: signs the type that the format is known by, whatever it was called, and answers it", async () => {
    for (const [contentType, fileName, signed] of [
      ["video/webm;codecs=vp8,opus", "blob", "video/webm"],
      ["IMAGE/JPEG", "a", "image/jpeg"],
      ["audio/x-m4b", "book", "audio/mp4"],
      ["", "film.MKV", "video/x-matroska"],
      ["image/heif", "IMG_0001.HEIC", "image/heic"],
      ["", "IMG_0002.HEIC", "image/heic"],
    ]) {
      const { response, job } = await create({ contentType, fileName });
      const put = await create({ contentType, fileName, method: "PUT" });

      expect(response).toMatchObject({ contentType: signed, upload: { fields: { "Content-Type": signed } } });
      expect(readPolicy(response.upload).conditions).toContainEqual({ "Content-Type": signed });
      expect(put.response).toMatchObject({ contentType: signed, upload: { headers: { "content-type": signed } } });
      expect(job.source.contentType).toBe(signed);
    }
  });

  it("U2: refuses types that are none, wildcards, and what is no media", async () => {
    for (const contentType of [
      ...["text/html", "image/*", "*/*", "image/jpeg\r\n", "image/jpeg\r\nX-Evil: 1", "image/jpeg/png", "jpeg"],
      ...["image/jpeg,text/html", "image/<b>", "\u0000", "application/javascript", "image/jpeg\u202E"],
    ]) {
      expect(await refuse({ ...GOOD_REQUEST, contentType })).toMatchObject({ code: "UNSUPPORTED_CONTENT_TYPE" });
    }
  });

  it("I8: refuses what is known by its name, and says what to do", async () => {
    for (const [contentType, fileName, message] of [
      [
        "image/bmp",
        "a.bmp",
        "This is a BMP picture, which can't be opened. Export it as JPEG or PNG and add it again.",
      ],
      [
        "image/heic-sequence",
        "a.heics",
        "This is a HEIC sequence of several frames, which can't be opened. Export one of its pictures, or all as a film in MP4, and add that.",
      ],
      ["", "a.wmv", "This is a Windows Media video, which can't be opened. Export it as MP4 and add it again."],
      [
        "x/y",
        "a.xyz",
        "This kind of file can't be opened. Add a picture, a film or a recording, such as JPEG, MP4 or MP3.",
      ],
    ]) {
      expect(await refuse({ ...GOOD_REQUEST, contentType, fileName })).toMatchObject({
        status: 400,
        code: "UNSUPPORTED_CONTENT_TYPE",
        message,
        details: [{ path: "contentType", message: "not accepted; GET /limits lists what is" }],
      });
    }
  });

  it("accepts the conversions of the file's kind, and names them when another is asked for", async () => {
    for (const convertTo of CONVERSIONS.video) {
      expect((await create({ contentType: "video/mp4", convertTo })).job.convertTo).toBe(convertTo);
    }
    expect(await refuse({ ...GOOD_REQUEST, convertTo: "mp4" })).toMatchObject({
      status: 400,
      code: "UNSUPPORTED_CONVERSION",
      message: "A picture can't be converted to MP4. Choose JPEG, PNG, WebP, AVIF, GIF or TIFF, or no conversion.",
    });
  });

  it("U3: gives every job a key of its own, for 300 seconds", async () => {
    const presign = makePresign();
    const answers = await Promise.all(Array.from({ length: 50 }, () => presign.post(GOOD_REQUEST)));

    const uploads = answers.map(({ body }) => presignResponse.parse(body));
    expect(new Set(uploads.map(({ key }) => key)).size).toBe(50);
    for (const { upload } of uploads) expect(readPolicy(upload).expiration).toBe("2026-11-01T12:05:00.000Z");
  });

  it("U4: keeps odd names on the job in NFC, and out of the key", async () => {
    const names = [
      "Me\u0301moire.jpg",
      "猫 🐈.jpg",
      "a+b%20&c?.jpg",
      "'; DROP TABLE--.jpg",
      "é".repeat(127),
      ".hidden",
    ];
    for (const fileName of names) {
      const { response, job } = await create({ fileName });

      expect(job.fileName).toBe(fileName.normalize("NFC"));
      expect(findSourceKey(response.key)).toEqual({ kind: "image", jobId: response.jobId });
      expect(JSON.stringify(response)).not.toContain(fileName);
    }
  });

  it("U4: removes from a name what nobody sees, or what turns its direction", async () => {
    for (const [fileName, kept] of [
      ["\u200eImage.jpg", "Image.jpg"],
      ["صورة\u200f.jpg", "صورة.jpg"],
      ["exe\u202Egpj.jpg", "exegpj.jpg"],
      ["\u2066a\u2069.jpg", "a.jpg"],
      ["a\r\nX-Evil: 1", "aX-Evil: 1"],
      ["nul\u0000\u0085\u2028.jpg", "nul.jpg"],
      ["\uFEFF\uD800tab\t.jpg", "tab.jpg"],
      // What stood between them was no letter: they are one now.
      ["e\u200E\u0301.jpg", "é.jpg"],
      // Joiners make one face of four, and one word of Persian.
      ["👨‍👩‍👧‍👦.jpg", "👨‍👩‍👧‍👦.jpg"],
      ["می\u200Cخواهم.jpg", "می\u200Cخواهم.jpg"],
    ] as const) {
      expect((await create({ fileName })).job.fileName).toBe(kept);
    }
  });

  it("U4: shortens a name to 255 bytes between characters, and keeps its extension", async () => {
    const family = "👨‍👩‍👧‍👦";
    for (const [fileName, kept] of [
      [`${"家族写真".repeat(25)}.jpg`, `${"家族写真".repeat(25).slice(0, 83)}.jpg`],
      [`${"x".repeat(300)}.jpeg`, `${"x".repeat(250)}.jpeg`],
      [`${family.repeat(20)}.png`, `${family.repeat(10)}.png`],
      ["é".repeat(128), "é".repeat(127)],
      ["😀".repeat(1024), "😀".repeat(63)],
      [`a.${"x".repeat(300)}`, `a.${"x".repeat(253)}`],
      // One letter of a thousand accents: no whole one fits.
      [`z${"\u0334".repeat(1000)}.jpg`, `z${"\u0334".repeat(125)}.jpg`],
    ] as const) {
      const { job } = await create({ fileName });

      expect(job.fileName).toBe(kept);
      expect(Buffer.byteLength(job.fileName)).toBeLessThanOrEqual(255);
    }
  });

  it("U4: refuses names that are no names: paths, blanks, nothing that can be seen", async () => {
    const paths = ["../../x", "a/b.jpg", "a\\b.jpg", ".", "..", ".\u200E.", "/etc/passwd\u0000.jpg"];
    const blanks = ["", "   ", "\u202E\u061C", "\r\n", "\uD800"];
    for (const fileName of [...paths, ...blanks, "x".repeat(4097)]) {
      expect(await refuse({ ...GOOD_REQUEST, fileName })).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    }
  });

  it("U9: refuses requests of another form, with the field and what was expected", async () => {
    expect(await refuse({ ...GOOD_REQUEST, size: "5" })).toMatchObject({
      details: [{ path: "size", message: "expected number" }],
    });
    expect(await refuse({ ...GOOD_REQUEST, size: 1.5 })).toMatchObject({
      details: [{ path: "size", message: "expected a whole number" }],
    });
    expect(await refuse({ ...GOOD_REQUEST, method: "PATCH" })).toMatchObject({
      details: [{ path: "method", message: "expected one of POST, PUT" }],
    });
    expect(await refuse({ ...GOOD_REQUEST, contentType: "x".repeat(256) })).toMatchObject({
      details: [{ path: "contentType", message: "expected at most 255" }],
    });
    expect(await refuse({})).toMatchObject({
      details: [
        { path: "fileName", message: "expected string" },
        { path: "contentType", message: "expected string" },
        { path: "size", message: "expected number" },
      ],
    });
  });

  it("U9: refuses what is not an object, and properties that it does not know", async () => {
    for (const request of [null, 5, "text", [], [GOOD_REQUEST], true]) {
      expect(await refuse(request)).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    }
    expect(await refuse({ ...GOOD_REQUEST, key: "image/../x" })).toMatchObject({
      details: [{ path: "", message: 'unknown: "key"' }],
    });
  });

  it("U9: refuses __proto__ and constructor like any unknown property, and stays unpolluted", async () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      const body = JSON.stringify(GOOD_REQUEST).replace("{", `{"${name}":{"method":"PUT","polluted":true},`);

      const { statusCode } = await makePresign().call({ body });

      expect(statusCode).toBe(400);
      expect(Object.prototype).not.toHaveProperty("polluted");
    }
  });

  it("U9: refuses deep nesting and a body over 8 KB without a 5xx", async () => {
    const deep = await makePresign().call({ body: "[".repeat(4000) + "]".repeat(4000) });
    const huge = await makePresign().post({ ...GOOD_REQUEST, fileName: "x".repeat(9000) });

    expect(deep.statusCode).toBe(400);
    expect(huge).toMatchObject({ statusCode: 413, body: { error: { code: "BODY_TOO_LARGE" } } });
  });

  it("answers 500 without particulars when the job cannot be created, and hands out no upload", async () => {
    const presign = makePresign();
    presign.jobs.create = () => Promise.reject(new Error("table arn:aws:dynamodb:eu-central-1:111122223333"));

    const { statusCode, body } = await presign.post(GOOD_REQUEST);

    expect(statusCode).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/arn|amazonaws/);
  });

  it("A10: logs the job, and neither the file's name nor a signature", async () => {
    const { response, presign } = await create({ fileName: "anna.smith.jpg" });

    const written = JSON.stringify(presign.log.lines);
    expect(written).toContain(response.jobId);
    expect(written).not.toMatch(/anna|amz|policy/i);
  });
});
