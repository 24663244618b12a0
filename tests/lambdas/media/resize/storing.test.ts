import { describe, expect, it } from "vitest";
import { MemoryRenditionStore } from "../../../../lambdas/media/jobs/memory/rendition-store.ts";
import { cut, photo } from "../../../support/images.ts";
import { start } from "./darkroom.ts";

/** A bucket whose writes end when the test says so. */
class SlowStore extends MemoryRenditionStore {
  readonly begun: string[] = [];
  private readonly gates: (() => void)[] = [];
  private isOpen = false;

  override async put(key: string, body: Buffer, contentType: string): Promise<void> {
    this.begun.push(key);
    if (!this.isOpen) await new Promise<void>((open) => this.gates.push(open));
    await super.put(key, body, contentType);
  }

  open(): void {
    this.isOpen = true;
    for (const open of this.gates.splice(0)) open();
  }
}

/** A bucket that refuses one key. */
class FailingStore extends MemoryRenditionStore {
  constructor(private readonly refused: string) {
    super();
  }

  override async put(key: string, body: Buffer, contentType: string): Promise<void> {
    if (key.endsWith(this.refused)) throw new Error("The bucket is out of order.");
    await super.put(key, body, contentType);
  }
}

const picture = () => photo(480, 320).jpeg().toBuffer();

describe("Storing renditions", () => {
  it("begins while others are still being encoded, and the job is not done before the last is stored (E8)", async () => {
    const renditions = new SlowStore();
    let isDone = false;
    const encodedAll = new Promise<void>((resolve) => {
      const reportProgress = (percent: number) => percent >= 95 && resolve();
      void picture().then((bytes) =>
        start(bytes, { renditions, reportProgress, widths: [150, 320] }).then(() => {
          isDone = true;
        }),
      );
    });

    await encodedAll;

    expect(renditions.begun.length).toBeGreaterThan(2);
    expect({ isDone, stored: renditions.objects.size }).toEqual({ isDone: false, stored: 0 });
    renditions.open();
    await expect.poll(() => isDone).toBe(true);
    expect(renditions.objects.size).toBe(renditions.begun.length);
  });

  it.each(["w320.jpg", "w150.jpg", "converted.png"])(
    "that fails for %s fails the whole job, to be tried again (E8)",
    async (refused) => {
      const renditions = new FailingStore(refused);

      await expect(start(await picture(), { renditions, convertTo: "png" })).rejects.toThrow(
        "The bucket is out of order.",
      );
    },
  );

  it("writes the same keys again when the job is tried again (E3)", async () => {
    const renditions = new MemoryRenditionStore();
    const bytes = await picture();
    await start(bytes, { renditions });
    const first = new Map(renditions.objects);

    await start(bytes, { renditions });

    expect(renditions.objects).toEqual(first);
  });

  it("does not begin before everything that reads the source has ended (I2)", async () => {
    const renditions = new MemoryRenditionStore();
    const progress: number[] = [];

    const failing = start(cut(await picture(), 0.99), {
      renditions,
      reportProgress: (percent) => progress.push(percent),
    });

    await expect(failing).rejects.toMatchObject({ code: "CORRUPT_MEDIA" });
    expect(progress).toEqual([10]);
    expect(renditions.objects.size).toBe(0);
  });

  it("stops when the claim is lost, and leaves no write under way", async () => {
    const renditions = new MemoryRenditionStore();
    const claim = new AbortController();
    const reason = new Error("The job was taken over.");
    const reportProgress = (percent: number) => percent === 40 && claim.abort(reason);

    const stopped = start(await picture(), { renditions, signal: claim.signal, reportProgress });

    await expect(stopped).rejects.toBe(reason);
    expect(renditions.objects.size).toBe(0);
  });

  it("reports rising progress below 100", async () => {
    const progress: number[] = [];

    await start(await picture(), { widths: [100, 200, 300], reportProgress: (percent) => progress.push(percent) });

    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.length).toBeGreaterThan(4);
    expect(Math.max(...progress)).toBeLessThan(100);
  });

  it("works with two encoders where the function has more than one core", async () => {
    const [one, two] = [new MemoryRenditionStore(), new MemoryRenditionStore()];
    const bytes = await picture();

    await start(bytes, { renditions: one, memoryMb: 1769, avif: true });
    await start(bytes, { renditions: two, memoryMb: 3008, avif: true });

    expect(two.objects).toEqual(one.objects);
  });
});
