import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { WRITERS } from "../../docs/writers.ts";
import { writeOutputsFiles } from "../../local/outputs-files.ts";
import { startLaptopForTest } from "../support/laptop.ts";
import { uploadFile, waitForJob } from "../support/uploads.ts";

const docs = readdirSync(join(PROJECT_FOLDER, "docs")).map((name) => join("docs", name));
const pages = ["README.md", "CONTRIBUTING.md", ...docs].filter((path) => path.endsWith(".md"));
const readPage = (path: string): string => readFileSync(join(PROJECT_FOLDER, path), "utf8");

/** The commands of a page that are to be typed as they stand. */
function listShellBlocks(path: string): string[] {
  return [...readPage(path).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

describe("the documents", () => {
  it.each(pages)("%s links only to files that exist", (path) => {
    const text = readPage(path);
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"/g)].map(
      ([, link, source]) => link ?? source ?? "",
    );

    const missing = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(join(PROJECT_FOLDER, dirname(path), link)));
    expect(missing).toEqual([]);
  });

  it.each(pages)("%s names only npm scripts that exist", (path) => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT_FOLDER, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readPage(path).matchAll(/npm (?:run ([a-z:-]+)|(start|test)\b)/g)].map(
      ([, run, own]) => run ?? own ?? "",
    );

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("are all reached by links from the README", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached) {
      const links = [...readPage(path).matchAll(/\]\(([^)#\s:]+\.md)[^)]*\)/g)].map(([, link = ""]) => link);
      for (const link of links) reached.add(join(dirname(path), link));
    }

    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it("that a program of docs/ writes are all written by npm run docs", () => {
    const written = WRITERS.flat().filter((argument) => argument.startsWith("docs/"));
    const named = pages.flatMap(
      (path) => /`npx tsx (docs\/[\w-]+\.ts)`[^`]*do not edit it by hand/.exec(readPage(path))?.[1] ?? [],
    );

    expect(named.length).toBeGreaterThan(2);
    expect([...written].sort()).toEqual(named.sort());
  });

  it("have a row for every folder of code: docs/architecture.md", () => {
    const folders = readdirSync(PROJECT_FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
      .map(({ name }) => name)
      .filter((name) =>
        readdirSync(join(PROJECT_FOLDER, name), { recursive: true }).some((it) => /\.ts$/.test(`${it}`)),
      );
    const page = readPage("docs/architecture.md");

    expect(folders.length).toBeGreaterThan(8);
    expect(folders.filter((name) => !page.includes(`\n| \`${name}/\` |`))).toEqual([]);
  });
});

/** Blocks that speak to a laptop that runs. */
const COMMANDS = /\baws\b|npm run (?:job|redrive)\b/;
const hasAwsCli = spawnSync("aws", ["--version"]).status === 0;

describe(`the AWS commands of the documents${hasAwsCli ? "" : " (skipped: no aws on PATH)"}`, () => {
  it.skipIf(!hasAwsCli)(
    "work as they stand, one page after the other, on a laptop with a finished job",
    {
      timeout: 180_000,
    },
    async () => {
      const laptop = await startLaptopForTest();
      const folder = mkdtempSync(join(tmpdir(), "darkroom-docs-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      symlinkSync(laptop.stateFolder, join(folder, ".darkroom"));
      // What npm run needs of the project, beside the state of this test's own laptop.
      for (const name of ["package.json", "node_modules", "command-line"])
        symlinkSync(join(PROJECT_FOLDER, name), join(folder, name));
      writeOutputsFiles(laptop.stateFolder, laptop.laptop);
      const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: "#345" } });
      const upload = await uploadFile(laptop.apiUrl, {
        fileName: "a.png",
        contentType: "image/png",
        body: await picture.png().toBuffer(),
      });
      await waitForJob(upload);

      const env = { PATH: process.env.PATH, HOME: folder, JOB_ID: upload.jobId };
      for (const page of pages) {
        const blocks = listShellBlocks(page).filter((block) => COMMANDS.test(block));
        const { code, output } = await runShell(blocks.join("\n"), folder, env);
        expect(code, `${page}:\n${output}`).toBe(0);
        if (page.endsWith("runbook.md")) expect(output).toContain(upload.jobId);
      }
    },
  );
});

async function runShell(
  script: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd,
    env,
    // A pipe for stdin makes bash think that a remote shell calls it, and read its start-up files.
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}
