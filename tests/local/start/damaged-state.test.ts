import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Refusal } from "../../../local/model/refusal.ts";
import { openTestLaptop, type TestLaptop } from "../../support/laptop.ts";

let laptop: TestLaptop;
let path: (file: string) => string;
let queueJournal: string;
let blob: string;

beforeAll(async () => {
  laptop = await openTestLaptop();
  path = (file) => join(laptop.stateFolder, file);
  const { endpointUrl, region, administrator } = laptop.laptop;
  const client = new S3Client({ endpoint: endpointUrl, region, credentials: administrator, forcePathStyle: true });
  const Bucket = laptop.output("uploadsBucket");
  await client.send(new PutObjectCommand({ Bucket, Key: "kept", Body: "a".repeat(1000) }));
  client.destroy();
  await laptop.laptop.stop();
  queueJournal = join("sqs", readdirSync(path("sqs")).find((name) => name.endsWith("resize.journal")) ?? "");
  blob = listFiles().find((file) => file.startsWith("s3/blobs/") && readFileSync(path(file)).length === 1000) ?? "";
}, 60_000);
afterAll(() => laptop.close());

/** All that is kept; logs are written at every try. */
function listFiles(): string[] {
  const entries = readdirSync(laptop.stateFolder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files
    .map((file) => file.slice(laptop.stateFolder.length + 1))
    .filter((file) => /^(s3|sqs|dynamodb)\/|^\w+\.json$/.test(file));
}

/** The damaged file and all content of objects. What another service has declared anew before may grow its own journal. */
function hashKept(damaged: string): Record<string, string> {
  const kept = listFiles().filter((file) => file === damaged || file.startsWith("s3/blobs/"));
  return Object.fromEntries(
    kept.map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(path(file)))
        .digest("hex"),
    ]),
  );
}

const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  missing: (file) => rmSync(file),
  emptied: (file) => truncateSync(file, 0),
  "cut in half": (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2)),
  flipped: (file) => {
    const data = readFileSync(file);
    const at = Math.floor(data.length / 2);
    data[at] = (data[at] ?? 0) ^ 1;
    writeFileSync(file, data);
  },
};

/** Damages a file, tries to start, and puts the file back. */
async function startWith(file: string, damage: (file: string) => void): Promise<unknown> {
  renameSync(path(file), path(`${file}.good`));
  writeFileSync(path(file), readFileSync(path(`${file}.good`)));
  damage(path(file));
  const before = hashKept(file);
  const outcome = await laptop.restart().then(
    () => "started",
    (error: unknown) => error,
  );
  const after = hashKept(file);
  renameSync(path(`${file}.good`), path(file));
  expect(after).toEqual(before);
  return outcome;
}

function expectWords(outcome: unknown, file: string): void {
  expect(outcome).toBeInstanceOf(Refusal);
  expect((outcome as Refusal).message).toContain(path(file));
  expect((outcome as Refusal).message).toMatch(/npm run reset|delete it/);
}

describe("L3: damaged state is refused by file name, and nothing is deleted", () => {
  const cases = ["s3/journal.jsonl", "dynamodb/journal.jsonl", "the queue's journal", "credentials.json"].flatMap(
    (file) => Object.keys(DAMAGES).map((how) => [file, how] as const),
  );

  it.each(cases)("%s %s", async (name, how) => {
    const file = name === "the queue's journal" ? queueJournal : name;

    expectWords(await startWith(file, DAMAGES[how] ?? (() => undefined)), file);
  });

  it.each(["missing", "emptied", "cut in half"])("the content of an object %s", async (how) => {
    expectWords(await startWith(blob, DAMAGES[how] ?? (() => undefined)), blob);
  });

  it.each(["emptied", "cut in half", "flipped"])("the list of state files %s", async (how) => {
    expectWords(await startWith("files.json", DAMAGES[how] ?? (() => undefined)), "files.json");
  });

  it("S3's journal and the list of state files missing, the objects there", async () => {
    renameSync(path("files.json"), path("files.json.good"));
    const outcome = await startWith("s3/journal.jsonl", (file) => rmSync(file));
    renameSync(path("files.json.good"), path("files.json"));

    expectWords(outcome, "s3/journal.jsonl");
    expect(String(outcome)).toContain("is missing, though the objects that it describes are there");
  });

  it("a whole service's folder missing", async () => {
    renameSync(path("dynamodb"), path("elsewhere"));
    const outcome = await laptop.restart().catch((error: unknown) => error);
    rmSync(path("dynamodb"), { recursive: true, force: true });
    renameSync(path("elsewhere"), path("dynamodb"));

    expectWords(outcome, "dynamodb/journal.jsonl");
  });

  it("tables of the version before, which kept them in LevelDB", async () => {
    mkdirSync(path("dynamodb/leveldb"));
    const outcome = await laptop.restart().catch((error: unknown) => error);
    rmSync(path("dynamodb/leveldb"), { recursive: true });

    expectWords(outcome, "dynamodb/leveldb");
  });

  it.each([
    ["emptied", ""],
    ["cut", '{"pid":12'],
  ])("a lock %s", async (_how, text) => {
    writeFileSync(path("lock"), text);
    const outcome = await laptop.restart().catch((error: unknown) => error);
    rmSync(path("lock"), { force: true });

    expectWords(outcome, "lock");
  });

  it("and whole again, everything is as it was", async () => {
    await laptop.restart();

    expect(listFiles()).toContain(blob);
  });
});
