import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { startLaptopForTest, type TestLaptop } from "../support/laptop.ts";
import { processFile } from "../support/uploads.ts";

type Line = Readonly<Record<string, unknown>>;

/** Every line of the functions' logs, oldest first. */
function listLines({ stateFolder }: TestLaptop): Line[] {
  const folder = join(stateFolder, "logs");
  const files = readdirSync(folder).filter((name) => name.startsWith("aws-lambda-"));
  return (
    files
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
      // The last one may not be whole yet.
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as Line)
      .sort((one, other) => String(one.time).localeCompare(String(other.time)))
  );
}

describe("the logs of a job", () => {
  it("name it from presign to the last rendition, with its figures, and not at the terminal", async () => {
    const laptop = await startLaptopForTest();
    const picture = sharp({ create: { width: 400, height: 300, channels: 3, background: "#345" } });
    const body = await picture.jpeg().toBuffer();
    const job = await processFile(laptop.apiUrl, { fileName: "a.jpg", contentType: "image/jpeg", body });

    const find = () => listLines(laptop).filter(({ jobId }) => jobId === job.jobId);
    await vi.waitFor(() => expect(find().length).toBeGreaterThanOrEqual(4), { timeout: 10_000 });

    const lines = find();
    const told = lines.filter(({ message }) => message !== "").map(({ service, message }) => `${service}: ${message}`);
    expect(told).toEqual([
      "presign: An upload was prepared.",
      "resize: The job is begun.",
      "resize: The job is complete.",
    ]);
    const bytesOut = job.renditions.reduce((sum, { bytes }) => sum + bytes, 0);
    const figures = lines.filter((line) => "_aws" in line);
    expect(figures).toHaveLength(1);
    expect(figures[0]).toMatchObject({
      level: "debug",
      outcome: "COMPLETED",
      Jobs: 1,
      BytesIn: body.length,
      BytesOut: bytesOut,
    });
    expect(Number(figures[0]?.SecondsToFinish)).toBeGreaterThan(0);
  });
});
