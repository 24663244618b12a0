import { describe, expect, it } from "vitest";
import { findFunctions } from "../../build/bundle-functions.ts";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { lintFiles } from "./lint.ts";

const RULE = "style/noRestrictedImports";

/** A file and the one thing that it imports. */
type Edge = readonly [file: string, imported: string];

const FORBIDDEN: readonly Edge[] = [
  ["command-line/a.mjs", "../contracts/a.ts"],
  ["command-line/a.mjs", "zod"],
  ["contracts/a.ts", "node:fs"],
  ["contracts/a.ts", "@aws-sdk/client-s3"],
  ["contracts/a.ts", "cdktf"],
  ["contracts/a.ts", "../lambdas/media/a.ts"],
  ["lambdas/media/presign/handler.ts", "../adapters/aws/a.ts"],
  ["lambdas/media/presign/handler.ts", "@aws-sdk/client-dynamodb"],
  ["lambdas/media/presign/create-upload.ts", "../adapters/memory/a.ts"],
  ["lambdas/media/presign/create-upload.ts", "@smithy/core"],
  ["lambdas/media/resize/resize-image.ts", "../convert/a.ts"],
  ["lambdas/media/resize/dependencies.ts", "../presign/a.ts"],
  ["lambdas/media/resize/dependencies.ts", "../../stacks/media/index.ts"],
  ["lambdas/media/resize/dependencies.ts", "../../local/runtime.ts"],
  ["lambdas/media/a.ts", "../ports/clock.ts"],
  ["lambdas/media/a.ts", "../adapters/aws/a.ts"],
  ["lambdas/ports/a.ts", "../adapters/aws/a.ts"],
  ["lambdas/ports/a.ts", "@aws-sdk/client-s3"],
  ["lambdas/support/a.ts", "../adapters/aws/a.ts"],
  ["lambdas/adapters/aws/a.ts", "../../presign/create-upload.ts"],
  ["lambdas/adapters/aws/a.ts", "constructs"],
  ["stacks/media/a.ts", "../../lambdas/media/a.ts"],
  ["stacks/media/a.ts", "../../build/build.ts"],
  ["stacks/media/a.ts", "@cdktf/provider-aws"],
  ["stacks/media/a.ts", "@cdktf/provider-aws/lib/index.js"],
  ["stacks/constructs/a.ts", "../media/index.ts"],
  ["stacks/constructs/a.ts", "@cdktf/provider-aws"],
  ["stacks/support/a.ts", "../constructs/a.ts"],
  ["build/a.ts", "../lambdas/media/a.ts"],
  ["build/a.ts", "../local/runtime.ts"],
  ["build/a.ts", "@cdktf/provider-aws/lib/s3-bucket/index.js"],
  ["local/a.ts", "../stacks/media/index.ts"],
  ["local/s3/a.ts", "../../lambdas/media/a.ts"],
  ["local/s3/a.ts", "../../build/zip.ts"],
  ["local/s3/a.ts", "cdktf"],
  ["plan/a.ts", "../stacks/policy/secrets.ts"],
  ["plan/model/a.ts", "../../operations/operate.ts"],
  ["operations/a.ts", "../stacks/app.ts"],
  ["operations/job/a.ts", "../../lambdas/ports/job-table.ts"],
  ["operations/job/a.ts", "../../local/services.ts"],
  ["operations/cost/a.ts", "cdktf"],
  ["web/a.ts", "node:path"],
  ["web/media/a.ts", "../../lambdas/media/a.ts"],
  ["web/shell/a.ts", "../media/item.ts"],
  ["web/shell/a.ts", "../../contracts/routes.ts"],
  ["web/shell/a.ts", "node:path"],
  ["web/a.ts", "@aws-sdk/client-s3"],
  ["terraform-state-backend/a.ts", "../stacks/support/naming.ts"],
  ["main.ts", "./lambdas/media/a.ts"],
  ["main.ts", "@cdktf/provider-aws"],
  ["bootstrap.ts", "./lambdas/media/a.ts"],
  ["operate.ts", "./lambdas/media/a.ts"],
  ["tests/a.ts", "@cdktf/provider-aws"],
  ["local/a.ts", "../tests/support/a.ts"],
  ["lambdas/support/a.ts", "../../tests/support/a.ts"],
];

const ALLOWED: readonly Edge[] = [
  ["lambdas/media/presign/handler.ts", "./dependencies.ts"],
  ["lambdas/media/presign/handler.ts", "../support/http.ts"],
  ["lambdas/media/presign/create-upload.ts", "../ports/job-table.ts"],
  ["lambdas/media/presign/create-upload.ts", "../../contracts/api.ts"],
  ["lambdas/media/presign/dependencies.ts", "../adapters/aws/a.ts"],
  ["lambdas/media/presign/dependencies.ts", "@aws-sdk/client-dynamodb"],
  ["lambdas/adapters/aws/a.ts", "../../ports/job-table.ts"],
  ["lambdas/adapters/aws/a.ts", "@aws-sdk/client-s3"],
  ["stacks/media/a.ts", "../constructs/a.ts"],
  ["stacks/constructs/a.ts", "@cdktf/provider-aws/lib/s3-bucket/index.js"],
  ["build/a.ts", "../contracts/artifacts.ts"],
  ["local/s3/a.ts", "../sigv4/a.ts"],
  ["local/lambda/a.ts", "../services.ts"],
  ["plan/model/a.ts", "../../contracts/secret-forms.ts"],
  ["plan/run/a.ts", "../../command-line/command-line.mjs"],
  ["command-line/a.mjs", "./scripts.mjs"],
  ["operations/job/a.ts", "../../contracts/object-keys.ts"],
  ["operations/job/a.ts", "@aws-sdk/client-dynamodb"],
  ["web/media/a.ts", "../../contracts/routes.ts"],
  ["web/media/views/a.ts", "../../shell/tile.tsx"],
  ["web/shell/a.ts", "preact"],
  ["main.ts", "./stacks/media/index.ts"],
  ["bootstrap.ts", "./terraform-state-backend/account.ts"],
  ["operate.ts", "./operations/operate.ts"],
  ["tests/a.ts", "../lambdas/media/a.ts"],
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
  it("refuses every import that crosses a wall of the house", () => {
    expect(format(findRefused(FORBIDDEN))).toEqual(format(FORBIDDEN));
  });

  it("lets through the imports that the house is built with", () => {
    expect(format(findRefused(ALLOWED))).toEqual([]);
  });

  it("refuses that one function imports another, for every two functions that there are", async () => {
    const functions = await findFunctions(PROJECT_FOLDER);
    const pairs = functions.flatMap((from) => functions.filter((to) => to !== from).map((to) => [from, to] as const));
    const edges = pairs.map(([from, to]): Edge => [`lambdas/${from}/a.ts`, `../${to}/a.ts`]);

    expect(pairs.length).toBeGreaterThan(0);
    expect(format(findRefused(edges))).toEqual(format(edges));
  });

  it("refuses zod's named import, which brings every language into a bundle", () => {
    const files = {
      "contracts/a.ts": 'import { z } from "zod";\nexport const a = z.string();\n',
      "contracts/b.ts": 'import * as z from "zod";\nexport const b = z.string();\n',
    };

    expect(lintFiles(RULE, files)).toEqual([{ path: "contracts/a.ts", line: 1 }]);
  });
});
