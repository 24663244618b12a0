import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { PROJECT_FOLDER } from "../../build/project-folder.ts";
import { describeWithBrowser, launchBrowser } from "../support/browser.ts";
import { openTestLaptop, type TestLaptop } from "../support/laptop.ts";

const [, HTML = ""] = /^```html\n(.*?)^```$/ms.exec(readFileSync(join(PROJECT_FOLDER, "README.md"), "utf8")) ?? [];

describeWithBrowser("the README's page, served from an origin of its own", () => {
  let server: Server;
  let origin: string;
  let laptop: TestLaptop;
  let browser: Browser;

  beforeAll(async () => {
    server = createServer((_, response) => response.setHeader("content-type", "text/html").end(page())).listen(
      0,
      "127.0.0.1",
    );
    await new Promise((resolve) => server.once("listening", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    [laptop, browser] = await Promise.all([openTestLaptop({ environment: { origins: [origin] } }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await laptop?.close();
    server?.close();
  });

  /** With this laptop's API in place of the default one. */
  function page(): string {
    return HTML.replace("http://127.0.0.1:4568", laptop.apiUrl);
  }

  async function choose(file: {
    name: string;
    mimeType: string;
    buffer: Buffer;
  }): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(origin);
    await page.setInputFiles("#files", file);
    return { page, complaints };
  }

  it("uploads a picture with progress and shows its renditions", async () => {
    const picture = sharp({ create: { width: 900, height: 600, channels: 3, background: "#468" } });
    const { page, complaints } = await choose({
      name: "beach.png",
      mimeType: "image/png",
      buffer: await picture.png().toBuffer(),
    });

    const image = page.locator("img").last();
    await image.waitFor();
    await page.waitForFunction(() => [...document.images].every(({ naturalWidth }) => naturalWidth > 0));

    expect(await page.locator("#state").textContent()).toBe("COMPLETED");
    expect(await page.locator("#bar").evaluate((bar: HTMLProgressElement) => bar.value)).toBe(1);
    expect(await page.locator("img").count()).toBeGreaterThan(2);
    expect(complaints).toEqual([]);
  });

  it("says what presign says of a file that is refused", async () => {
    const { page } = await choose({ name: "film.wmv", mimeType: "video/x-ms-wmv", buffer: Buffer.from("x") });

    await expect
      .poll(() => page.locator("#state").textContent())
      .toBe("This is a Windows Media video, which can't be opened. Export it as MP4 and add it again.");
  });

  it("says what the worker says of a file that is not what it seems", async () => {
    const { page } = await choose({ name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });

    await expect
      .poll(() => page.locator("#state").textContent(), { timeout: 10_000 })
      .toMatch(/^This is no picture that is known here\./);
  });
});
