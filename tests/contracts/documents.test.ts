import { describe, expect, it } from "vitest";
import { createErrorTable, createOpenApiDocument } from "../../contracts/documents.ts";
import packageJson from "../../package.json" with { type: "json" };

describe("the documents of the API", () => {
  it("are current: docs/openapi.json", async () => {
    const document = JSON.stringify(createOpenApiDocument(packageJson.version), null, 2);

    await expect(`${document}\n`).toMatchFileSnapshot("../../docs/openapi.json");
  });

  it("are current: docs/errors.md", async () => {
    await expect(createErrorTable()).toMatchFileSnapshot("../../docs/errors.md");
  });
});
