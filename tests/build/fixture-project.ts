import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";

/** Two small functions and a page: with and without machine code, with an AWS client, with a package in CommonJS. */
const SOURCES: Readonly<Record<string, string>> = {
  "lambdas/demo/hello/handler.ts": `
    import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
    const client = new DynamoDBClient({});
    export const handler = (key: string) => client.send(new GetItemCommand({ TableName: "t", Key: { k: { S: key } } }));`,
  "lambdas/demo/picture/handler.ts": `
    import sharp from "sharp";
    import { WIDTH } from "../width.ts";
    export async function handler(): Promise<{ format: string; width: number }> {
      const pixel = { width: WIDTH, height: 2, channels: 3, background: "red" } as const;
      const { info } = await sharp({ create: pixel }).jpeg().toBuffer({ resolveWithObject: true });
      return { format: info.format, width: info.width };
    }`,
  "lambdas/demo/width.ts": "export const WIDTH = 8;",
  "web/media/index.html": `<!doctype html><link rel="stylesheet" href="styles.css" /><link rel="icon" href="./icon.svg" />
    <a href="#top">Top</a><a href="https://example.com/page.html">Elsewhere</a>
    <script type="module" src="main.ts"></script>`,
  "web/media/main.ts": `import { thumbHashToRGBA } from "thumbhash";
    document.title = String(thumbHashToRGBA(new Uint8Array(8)).w);`,
  "web/media/styles.css": "body { background: url(./icon.svg) }",
  "web/media/icon.svg": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
};

export interface FixtureProject {
  readonly folder: string;
  readonly dist: string;
  write(path: string, content: string): void;
  remove(): void;
}

/** A project of its own in a temporary folder, with this project's build, contracts, lock file and node_modules, and these functions. */
export function createFixtureProject(
  functions: readonly string[] = ["hello", "picture"],
  source = PROJECT_FOLDER,
): FixtureProject {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-build-"));
  for (const path of ["build", "command-line", "contracts", "package.json", "package-lock.json", "tsconfig.json"]) {
    cpSync(join(source, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(PROJECT_FOLDER, "node_modules"), join(folder, "node_modules"));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const isLeftOut = (path: string) =>
    path.endsWith("/handler.ts") && !functions.some((name) => path.includes(`/${name}/`));
  for (const [path, content] of Object.entries(SOURCES)) if (!isLeftOut(path)) write(path, content);
  return { folder, dist: join(folder, "dist"), write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What this project's builds fetched once need not be fetched again by each test. */
export const SHARED_CACHE = join(PROJECT_FOLDER, ".cache");
