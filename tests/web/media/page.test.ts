import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithBrowser, launchBrowser } from "../../support/browser.ts";
import { makeClip, makeMp4, tone } from "../../support/clips.ts";
import { ffmpegTools } from "../../support/ffmpeg.ts";
import { openTestLaptop, type TestLaptop } from "../../support/laptop.ts";
import { MediaPage, makePhoto, type OpenOptions } from "../../support/media-page.ts";

describeWithBrowser("the media page", () => {
  let laptop: TestLaptop;
  let browser: Browser;

  beforeAll(async () => {
    [laptop, browser] = await Promise.all([openTestLaptop(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await laptop?.close();
  });

  const open = (options?: OpenOptions) => MediaPage.open(browser, laptop.siteUrl, options);

  it("shows a photo within 100 ms, before anything is sent, and then what was made of it", async () => {
    const media = await open({ prepare: measurePreview });

    await media.choose(await makePhoto());
    const milliseconds = await media.page.waitForFunction(() => Reflect.get(globalThis, "previewMs"));
    const frame = await media.waitFor("holiday.jpg", "done");
    const picture = frame.locator("picture img");
    await picture.evaluate((image: HTMLImageElement) => image.decode());
    const dialog = await media.openFrame("holiday.jpg");

    expect(await milliseconds.jsonValue()).toBeLessThan(100);
    expect(await frame.locator("source").getAttribute("type")).toBe("image/webp");
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    expect(await dialog.textContent()).toMatch(/\d+ kB → \d\.\d kB, \d\d % less \(WebP, 900 × 600\)/);
    expect(await dialog.locator("thead th").allTextContents()).toEqual(["Size", "WebP", "JPEG"]);
    expect(await dialog.locator("tbody a").count()).toBeGreaterThanOrEqual(4);
    expect(media.complaints).toEqual([]);
  });

  it("shows a small animation in its own size, in frame and dialog", async () => {
    const media = await open();
    const frames = await Promise.all(
      [0, 200].map((red) =>
        sharp({ create: { width: 64, height: 64, channels: 3, background: { r: red, g: 80, b: 80 } } })
          .png()
          .toBuffer(),
      ),
    );
    const buffer = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();

    await media.choose({ name: "wheel.gif", mimeType: "image/gif", buffer });
    const frame = await media.waitFor("wheel.gif", "done");
    const dialog = await media.openFrame("wheel.gif");

    for (const place of [frame, dialog]) {
      const image = place.locator("picture img");
      await image.evaluate((element: HTMLImageElement) => element.decode());
      expect(await image.evaluate((element) => getComputedStyle(element).objectFit)).toBe("scale-down");
      expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(64);
    }
  });

  it.skipIf(!ffmpegTools)(
    "plays a film with its poster, and a sound in a player that has a height (needs ffmpeg)",
    async () => {
      const media = await open({ width: 375 });
      const film = { name: "clip.mp4", mimeType: "video/mp4", buffer: await makeMp4({ size: "320x240", seconds: 2 }) };
      const sound = {
        name: "tone.wav",
        mimeType: "audio/wav",
        buffer: await makeClip({ extension: "wav", sources: [tone(2)] }),
      };

      await media.choose(film, sound);
      await media.waitFor("clip.mp4", "done", 45_000);
      await media.waitFor("tone.wav", "done", 45_000);
      const dialog = await media.openFrame("clip.mp4");
      const video = dialog.locator("video");
      const poster = await video.getAttribute("poster");
      const seconds = await video.evaluate(readDuration);
      const videoBox = await video.boundingBox();
      await media.page.keyboard.press("ArrowRight");
      const audioBox = await dialog.locator("audio").boundingBox();

      expect(poster).toMatch(/poster\.jpg$/);
      expect(seconds).toBeGreaterThan(0.5);
      expect(videoBox?.width).toBeLessThanOrEqual(320);
      expect(audioBox?.height).toBeGreaterThanOrEqual(44);
      expect(await media.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      expect(media.complaints).toEqual([]);
    },
  );

  it("refuses in one or two short sentences, without content types, and with nothing in the console", async () => {
    const media = await open();
    const html = Buffer.from("<html>not a picture</html>");

    await media.choose(
      { name: "page.jpg", mimeType: "image/jpeg", buffer: html },
      { name: "notes.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") },
      { name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) },
    );
    const messages = await Promise.all(
      ["page.jpg", "notes.pdf", "empty.png"].map(async (name) => {
        const frame = await media.waitFor(name, "failed");
        return (await frame.locator(".tile-problem").textContent()) ?? "";
      }),
    );

    expect(messages.filter((message) => message === "" || message.length > 140)).toEqual([]);
    expect(messages.filter((message) => /\w+\/\w+/.test(message))).toEqual([]);
    expect(messages[1]).toContain("PDF");
    expect(await media.page.locator(".frame-retry").count()).toBe(0);
    expect(media.complaints).toEqual([]);
  });

  it("says which of the files can't become what was chosen, and makes the rest of them", async () => {
    const media = await open();

    await media.page.selectOption("#convert-to", "mp4");
    await media.choose(await makePhoto());
    await media.page.locator(".toast").filter({ hasText: "1 file can't become MP4; the rest is made." }).waitFor();
    await media.waitFor("holiday.jpg", "done");
    const dialog = await media.openFrame("holiday.jpg");

    expect(await dialog.textContent()).toContain("A picture can't become MP4; everything else is made.");
    expect(media.complaints).toEqual([]);
  });

  it("keeps what is chosen and dropped before config.json has come, and says when it does not come", async () => {
    const gate = createGate("**/config.json");
    const media = await open({
      prepare: async (page) => {
        // The gate was put up last and is asked first.
        await page.route("**/config.json", (route) => route.fulfill({ status: 404 }), { times: 1 });
        await gate.hold(page);
      },
    });

    await media.choose(await makePhoto("chosen.jpg"));
    await media.drop(await makePhoto("dropped.jpg"));
    await media.frame("dropped.jpg").waitFor();
    const address = media.page.url();
    gate.release();
    const notice = media.page.getByRole("alert");
    await notice.waitFor();
    await notice.getByRole("button", { name: "Try again" }).click();
    await media.waitFor("chosen.jpg", "done");
    await media.waitFor("dropped.jpg", "done");

    expect(address).toBe(`${laptop.siteUrl}/`);
    expect(await notice.count()).toBe(0);
  });

  it("cancels within 200 ms, puts back what was cancelled, and clears what has finished", async () => {
    const gate = createGate(`${laptop.apiUrl}/presign/**`);
    const media = await open({ prepare: gate.hold });

    await media.choose(await makePhoto("one.jpg"), await makePhoto("two.jpg"));
    await media.frame("two.jpg").hover();
    const milliseconds = await media.page.evaluate(async () => {
      const button = document.querySelector<HTMLElement>('[aria-label="Cancel two.jpg"]');
      const start = performance.now();
      button?.click();
      while (document.querySelectorAll(".frame").length > 1) await new Promise(requestAnimationFrame);
      return performance.now() - start;
    });
    await media.button("Undo").click();
    gate.release();
    await media.waitFor("one.jpg", "done");
    await media.waitFor("two.jpg", "done");
    await media.button("Clear finished").click();

    expect(milliseconds).toBeLessThan(200);
    await expect.poll(() => media.page.locator(".frame").count()).toBe(0);
    await media.page.getByText("Your contact sheet").waitFor();
  });

  it("begins nothing while it is paused, and goes on when it is told to", async () => {
    const gate = createGate(`${laptop.apiUrl}/presign/**`);
    const media = await open({ prepare: gate.hold });
    const photos = await Promise.all([1, 2, 3, 4, 5].map((number) => makePhoto(`${number}.jpg`)));

    await media.choose(...photos);
    await media.button("Pause").click();
    gate.release();
    for (const name of ["1.jpg", "2.jpg", "3.jpg"]) await media.waitFor(name, "done");
    const held = await Promise.all(["4.jpg", "5.jpg"].map((name) => media.frame(name).getAttribute("data-state")));
    const summary = await media.page.locator(".summary-text").textContent();
    await media.button("Go on").click();
    for (const name of ["4.jpg", "5.jpg"]) await media.waitFor(name, "done");

    expect(held).toEqual(["waiting", "waiting"]);
    expect(summary).toMatch(/^3 of 5 done · .* · paused$/);
  });

  it("can be used by keyboard alone: choose, walk, open, remove, undo, and the list of keys", async () => {
    const media = await open();
    const { page } = media;
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    await media.choose(await makePhoto("a.jpg"), await makePhoto("b.jpg"));
    await media.waitFor("a.jpg", "done");
    await media.waitFor("b.jpg", "done");

    const stops: unknown[] = [];
    for (let presses = 0; presses < 5; presses += 1) {
      await page.keyboard.press("Tab");
      stops.push(await focused());
    }
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog[open]");
    await dialog.getByRole("heading", { name: "a.jpg" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await dialog.getByRole("heading", { name: "b.jpg" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(focused).toMatch(/^b\.jpg/);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(focused).toMatch(/^a\.jpg/);
    await page.keyboard.press("Delete");
    await expect.poll(() => page.locator(".frame").count()).toBe(1);
    await expect.poll(focused).toMatch(/^b\.jpg/);
    await page.keyboard.press("Control+z");
    await expect.poll(() => page.locator(".frame").count()).toBe(2);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();

    expect(stops).toEqual([
      "files-button",
      "convert-to",
      "?",
      "Clear finished",
      expect.stringMatching(/^a\.jpg.*done$/),
    ]);
  });
});

/** How long after the choice the first preview was there. */
function measurePreview(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    let chosenAt = 0;
    document.addEventListener("change", () => (chosenAt = performance.now()), true);
    const onLoad = ({ target }: Event) => {
      if (!(target instanceof HTMLElement) || target.className !== "tile-preview") return;
      Reflect.set(globalThis, "previewMs", performance.now() - chosenAt);
    };
    document.addEventListener("load", onLoad, true);
  });
}

interface Gate {
  readonly hold: (page: Page) => Promise<unknown>;
  readonly release: () => void;
}

/** Requests to these addresses get no answer until they are let go on. */
function createGate(addresses: string): Gate {
  let release: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hold = (page: Page) =>
    page.route(addresses, async (route) => {
      await opened;
      // What was cancelled meanwhile has nobody to go on for.
      await route.fallback().catch(() => {});
    });
  return { hold, release };
}

function readDuration(element: SVGElement | HTMLElement): Promise<number> {
  const video = element as HTMLVideoElement;
  return new Promise((resolve, reject) => {
    if (video.readyState >= video.HAVE_METADATA) resolve(video.duration);
    video.addEventListener("loadedmetadata", () => resolve(video.duration));
    video.addEventListener("error", () => reject(new Error(video.error?.message)));
    video.load();
  });
}
