import type { Browser, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { describeWithBrowser, launchBrowser } from "../support/browser.ts";
import { makeMp4 } from "../support/clips.ts";
import { ffmpegTools } from "../support/ffmpeg.ts";
import { openTestLaptop, type TestLaptop } from "../support/laptop.ts";

interface DroppedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

describeWithBrowser("the page", () => {
  let laptop: TestLaptop;
  let browser: Browser;

  beforeAll(async () => {
    [laptop, browser] = await Promise.all([openTestLaptop(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await laptop?.close();
  });

  /** Opens the page and collects what the browser complains of: CSP, CORS, script errors. */
  async function openPage(width = 1000): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(laptop.siteUrl);
    return { page, complaints };
  }

  async function choose(page: Page, ...files: DroppedFile[]): Promise<void> {
    await page.setInputFiles("#files", files);
  }

  const card = (page: Page, name: string): Locator => page.locator(".upload", { hasText: name });
  const state = (page: Page, name: string): Locator => card(page, name).locator(".state");

  async function photo(): Promise<DroppedFile> {
    const noise = { type: "gaussian", mean: 120, sigma: 30 } as const;
    const picture = sharp({ create: { width: 900, height: 600, channels: 3, background: "#446688", noise } });
    return { name: "holiday.jpg", mimeType: "image/jpeg", buffer: await picture.jpeg().toBuffer() };
  }

  it("shows a dropped photo as a picture with a link to each rendition", async () => {
    const { page, complaints } = await openPage();

    await choose(page, await photo());
    await state(page, "holiday.jpg").filter({ hasText: "Done" }).waitFor();

    const picture = card(page, "holiday.jpg").locator("img.picture");
    await picture.evaluate((image: HTMLImageElement) => image.decode());
    const shape = await picture.evaluate(({ naturalWidth, width, height }: HTMLImageElement) => ({
      naturalWidth,
      width,
      height,
    }));
    expect(shape.naturalWidth).toBeGreaterThan(0);
    expect(shape.width / shape.height).toBeCloseTo(900 / 600, 1);
    expect(await card(page, "holiday.jpg").locator(".renditions a").count()).toBeGreaterThanOrEqual(4);
    expect(complaints).toEqual([]);
  });

  it.skipIf(!ffmpegTools)("plays a finished video with its poster (needs ffmpeg)", async () => {
    const { page, complaints } = await openPage();

    await choose(page, {
      name: "clip.mp4",
      mimeType: "video/mp4",
      buffer: await makeMp4({ size: "320x240", seconds: 2 }),
    });
    await state(page, "clip.mp4").filter({ hasText: "Done" }).waitFor({ timeout: 25_000 });

    const video = card(page, "clip.mp4").locator("video");
    expect(await video.getAttribute("poster")).toMatch(/poster\.jpg$/);
    await video.evaluate(
      (element: HTMLVideoElement) =>
        new Promise<void>((resolve, reject) => {
          if (element.readyState >= element.HAVE_METADATA) resolve();
          element.addEventListener("loadedmetadata", () => resolve());
          element.addEventListener("error", () => reject(new Error(element.error?.message)));
          element.load();
        }),
    );
    expect(await video.evaluate((element: HTMLVideoElement) => element.duration)).toBeGreaterThan(0.5);
    expect(complaints).toEqual([]);
  });

  it("says in words what is wrong with a file that cannot be processed", async () => {
    const { page } = await openPage();

    await choose(page, { name: "page.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<html>not a picture</html>") });
    await card(page, "page.jpg").and(page.locator('[data-state="failed"]')).waitFor();

    expect(await state(page, "page.jpg").textContent()).toMatch(/JPEG/i);
    expect(await card(page, "page.jpg").locator("button").count()).toBe(0);
  });

  it("says which types work when a file of another type is chosen", async () => {
    const { page } = await openPage();

    await choose(page, { name: "notes.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await card(page, "notes.pdf").and(page.locator('[data-state="failed"]')).waitFor();

    expect(await state(page, "notes.pdf").textContent()).toContain("image/jpeg");
  });

  it("offers to try again when the server cannot be reached, and then succeeds", async () => {
    const { page } = await openPage();
    await page.route(`${laptop.apiUrl}/**`, (route) => route.abort());

    await choose(page, await photo());
    const retry = card(page, "holiday.jpg").getByRole("button", { name: "Try again" });
    await retry.waitFor();
    await page.unroute(`${laptop.apiUrl}/**`);
    await retry.click();

    await state(page, "holiday.jpg").filter({ hasText: "Done" }).waitFor();
  });

  it("takes files by keyboard alone and fits a phone without scrolling sideways", async () => {
    const { page } = await openPage(360);

    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("files");
    await choose(page, await photo());
    await state(page, "holiday.jpg").filter({ hasText: "Done" }).waitFor();

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it.skipIf(!ffmpegTools)("fits a phone with a film and its row of thumbnails (needs ffmpeg)", async () => {
    const { page } = await openPage(360);

    await choose(page, {
      name: "clip.mp4",
      mimeType: "video/mp4",
      buffer: await makeMp4({ size: "640x360", seconds: 6 }),
    });
    await state(page, "clip.mp4").filter({ hasText: "Done" }).waitFor({ timeout: 25_000 });
    await card(page, "clip.mp4").locator(".thumbnails img").last().waitFor();

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it("tells what to do when its config.json is missing", async () => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.route("**/config.json", (route) => route.fulfill({ status: 404 }));

    await page.goto(laptop.siteUrl);

    await page.getByRole("alert").filter({ hasText: "config.json" }).waitFor();
  });
});
