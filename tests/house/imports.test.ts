import { describe, expect, it } from "vitest";
import { lintFiles } from "./lint.ts";

const RULE = "style/noRestrictedImports";

/** A file and the package that it imports; who may import whom in the project is tests/house/walls.ts. */
type Edge = readonly [file: string, imported: string];

const FORBIDDEN: readonly Edge[] = [
  ["contracts/media/a.ts", "node:fs"],
  ["contracts/media/a.ts", "@aws-sdk/client-s3"],
  ["contracts/media/a.ts", "cdktf"],
  ["lambdas/media/presign/handler.ts", "@aws-sdk/client-dynamodb"],
  ["lambdas/media/presign/create-upload.ts", "@smithy/core"],
  ["lambdas/media/formats/a.ts", "@aws-sdk/client-s3"],
  ["lambdas/media/jobs/job-table.ts", "@aws-sdk/client-dynamodb"],
  ["lambdas/aws/a.ts", "constructs"],
  ["stacks/media/a.ts", "@cdktf/provider-aws"],
  ["stacks/media/a.ts", "@cdktf/provider-aws/lib/index.js"],
  ["stacks/constructs/a.ts", "@cdktf/provider-aws"],
  ["build/a.ts", "@cdktf/provider-aws/lib/s3-bucket/index.js"],
  ["local/services/s3/a.ts", "cdktf"],
  ["operations/cost/a.ts", "cdktf"],
  ["plan/a.ts", "constructs"],
  ["web/media/a.ts", "node:path"],
  ["web/media/a.ts", "@aws-sdk/client-s3"],
  ["web/shell/a.ts", "node:path"],
  ["main.ts", "@cdktf/provider-aws"],
  ["tests/a.ts", "@cdktf/provider-aws"],
];

const ALLOWED: readonly Edge[] = [
  ["lambdas/media/presign/dependencies.ts", "@aws-sdk/client-dynamodb"],
  ["lambdas/media/jobs/aws/dynamodb-job-table.ts", "@aws-sdk/client-dynamodb"],
  ["lambdas/aws/a.ts", "@aws-sdk/client-s3"],
  ["stacks/constructs/a.ts", "@cdktf/provider-aws/lib/s3-bucket/index.js"],
  ["operations/media/job/a.ts", "@aws-sdk/client-dynamodb"],
  ["web/shell/a.ts", "preact"],
  ["command-line/a.mjs", "./scripts.mjs"],
];

/** Which of these imports the project's lint rules refuse. */
function findRefused(edges: readonly Edge[]): Edge[] {
  // One file holds all imports of its path, one in each line.
  const files = new Map<string, Edge[]>();
  for (const edge of edges) files.set(edge[0], [...(files.get(edge[0]) ?? []), edge]);
  const texts = [...files].map(([path, group]) => [path, group.map(([, it]) => `import "${it}";\n`).join("")]);
  return lintFiles(RULE, Object.fromEntries(texts))
    .map(({ path, line }) => files.get(path)?.[line - 1])
    .filter((edge) => edge !== undefined);
}

const format = (edges: readonly Edge[]) => edges.map(([file, imported]) => `${file} <- ${imported}`).sort();

describe("lint", () => {
  it("refuses every package where it does not belong", () => {
    expect(format(findRefused(FORBIDDEN))).toEqual(format(FORBIDDEN));
  });

  it("lets through the packages that the house is built with", () => {
    expect(format(findRefused(ALLOWED))).toEqual([]);
  });

  it("refuses zod's named import, which brings every language into a bundle", () => {
    const files = {
      "contracts/media/a.ts": 'import { z } from "zod";\nexport const a = z.string();\n',
      "contracts/media/b.ts": 'import * as z from "zod";\nexport const b = z.string();\n',
    };

    expect(lintFiles(RULE, files)).toEqual([{ path: "contracts/media/a.ts", line: 1 }]);
  });
});
