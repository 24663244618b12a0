import { expect, it } from "vitest";
import { lintFiles } from "./lint.ts";

it("lint refuses a promise that is neither awaited, returned nor handled, wherever it comes from", () => {
  const files = {
    "lambdas/support/store.ts": "export async function save(): Promise<void> {}\n",
    "lambdas/media/presign/create-upload.ts": [
      'import { save } from "../../support/store.ts";',
      "export class Upload {",
      "  async start(): Promise<void> {}",
      "  async create(): Promise<void> {",
      "    save();",
      "    this.start();",
      "    Promise.all([save()]);",
      "    save().then(() => undefined);",
      "    await save();",
      "    save().catch(() => undefined);",
      "    void save();",
      "    return save();",
      "  }",
      "}",
    ].join("\n"),
  };

  const refused = lintFiles("nursery/noFloatingPromises", files);
  expect(refused).toEqual([5, 6, 7, 8].map((line) => ({ path: "lambdas/media/presign/create-upload.ts", line })));
});
