import { describe, expect, it } from "vitest";
import { errorResponse } from "../../../../contracts/media/api.ts";
import { ERRORS } from "../../../../contracts/media/errors.ts";
import { CONVERSIONS } from "../../../../contracts/media/media.ts";
import { listRefusals } from "../../../../contracts/media/refused-formats.ts";
import { GOOD_REQUEST, makePresign, RULES } from "./presign-fixture.ts";

/** One sentence of what is wrong and one of what to do; in no language but a person's. */
function problemsOf(message: string): string[] {
  return [
    ...(message.length > 140 ? [`has ${message.length} characters`] : []),
    ...(/[^.]\.( [A-Z][^.]*\.)$/.test(message.replaceAll(/\b\d+\.\d+|\w\.json/g, "0")) ? [] : ["is not two sentences"]),
    ...(/\b(image|video|audio|text)\/\w/.test(message) ? ["holds a content type"] : []),
    ...(/\d{5}/.test(message) ? ["holds a figure that nobody reads"] : []),
  ].map((problem) => `"${message}" ${problem}`);
}

const film = { fileName: "a.mp4", contentType: "video/mp4", size: 1 };
const REFUSED: Record<string, Record<string, unknown>> = {
  "a size beyond any": { size: 2 ** 52 },
  "an image a byte too large": { size: RULES.maxBytes.image + 1 },
  "a film a byte too large": { ...film, size: RULES.maxBytes.video + 1 },
  "no bytes": { size: 0 },
  "a negative size": { size: -1 },
  "a size that is none": { size: "5" },
  "a property that nobody knows": { [`${"long ".repeat(100)}image/jpeg`]: 1 },
  "a name that is a path": { fileName: `../${"x".repeat(1000)}` },
  "a name that is none": { fileName: "\u200E" },
  "a type that is none": { contentType: "<script>image/jpeg</script>" },
  "a method that is none": { method: "PATCH" },
  "a conversion that is none": { convertTo: "image/jpeg" },
  ...Object.fromEntries(CONVERSIONS.video.map((to) => [`a picture that is to be ${to}`, { convertTo: `x${to}` }])),
  "a picture that is to be a film": { convertTo: "mp4" },
  "a film that is to be a picture": { ...film, convertTo: "webp" },
  "a recording that is to be a film": { ...film, contentType: "audio/mpeg", convertTo: "webm" },
};

describe("what presign says to people", () => {
  it.each(Object.entries(REFUSED))("of %s is short and says what to do", async (_, change) => {
    const { statusCode, body } = await makePresign().post({ ...GOOD_REQUEST, ...change });

    const { error } = errorResponse.parse(body);
    expect(statusCode).toBe(400);
    expect(problemsOf(error.message)).toEqual([]);
  });

  it("of every format that is known and refused is short and says what to do", async () => {
    const declared = listRefusals().flatMap(({ contentTypes, extensions }) => [
      ...contentTypes.map((contentType) => ({ contentType, fileName: "file" })),
      ...extensions.map((extension) => ({ contentType: "", fileName: `file.${extension}` })),
    ]);

    expect(declared.length).toBeGreaterThan(200);
    for (const file of declared) {
      const { statusCode, body } = await makePresign().post({ ...GOOD_REQUEST, ...file });
      expect(statusCode).toBe(400);
      expect(problemsOf(errorResponse.parse(body).error.message)).toEqual([]);
    }
  });

  it("names sizes in two digits, and what is too large never by the figure of what is allowed", async () => {
    const { body } = await makePresign().post({ ...GOOD_REQUEST, size: RULES.maxBytes.image + 1 });

    expect(errorResponse.parse(body).error).toMatchObject({
      message: "This picture has 26 MB; at most 25 MB are accepted. Make it smaller and add it again.",
      details: [{ path: "size", message: "expected 1 to 25000000" }],
    });
  });
});

it.each(Object.entries(ERRORS))("%s is short and says what to do wherever nothing more is known", (_, { message }) => {
  expect(problemsOf(message)).toEqual([]);
});
