import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithBrowser, launchBrowser } from "../../support/browser.ts";
import { openTestLaptop, type TestLaptop } from "../../support/laptop.ts";
import { MediaPage, makePhoto } from "../../support/media-page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describeWithBrowser("the media page's looks", () => {
  let laptop: TestLaptop;
  let browser: Browser;

  beforeAll(async () => {
    [laptop, browser] = await Promise.all([openTestLaptop(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await laptop?.close();
  });

  it.each([
    [1280, "light"],
    [375, "dark"],
  ] as const)(
    "give axe nothing to find at %d pixels, %s: empty, done, failed, open and with its keys",
    async (width, colorScheme) => {
      const media = await MediaPage.open(browser, laptop.siteUrl, { width, colorScheme });
      const { page } = media;
      const findings: string[] = [];
      const check = async (state: string) => {
        // What fades in has the colours of neither end.
        await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
        findings.push(...(await findFaults(page)).map((fault) => `${state}: ${fault}`));
      };

      await check("empty");
      await media.choose(await makePhoto(), {
        name: "notes.pdf",
        mimeType: "application/pdf",
        buffer: Buffer.from("%PDF"),
      });
      await media.waitFor("holiday.jpg", "done");
      await media.waitFor("notes.pdf", "failed");
      await check("done and failed");
      await media.openFrame("holiday.jpg");
      await check("open");
      await page.keyboard.press("ArrowRight");
      await check("a failed one open");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys" }).waitFor();
      await check("keys");
      await page.keyboard.press("Escape");
      await media.button("Clear finished").click();
      await check("cleared");

      expect(findings).toEqual([]);
      expect(media.complaints).toEqual([]);
    },
  );

  it.each([1280, 375])(
    "shift by less than 0.02 at %d pixels while 1, 11 and 60 files are added and made",
    async (width) => {
      const media = await MediaPage.open(browser, laptop.siteUrl, { width, prepare: measureShift });
      const done = media.page.locator('.frame[data-state="done"]');
      const shifts: number[] = [];

      for (const [from, to] of [
        [0, 1],
        [1, 11],
        [11, 60],
      ] as const) {
        const photos = Array.from({ length: to - from }, (_, index) => makePhoto(`${from + index}.jpg`, 120, 90));
        await media.choose(...(await Promise.all(photos)));
        await expect.poll(() => done.count(), { timeout: 50_000 }).toBe(to);
        shifts.push(await media.page.evaluate(() => Reflect.get(globalThis, "shift")));
      }

      expect(shifts.filter((shift) => shift >= 0.02)).toEqual([]);
      expect(await media.page.locator(".summary-text").textContent()).toMatch(/^60 files done/);
      expect(media.complaints).toEqual([]);
    },
  );

  it("fit 320 pixels, a window at 200 %, without scrolling sideways, and offer targets of 44 pixels to a finger", async () => {
    const media = await MediaPage.open(browser, laptop.siteUrl, { width: 320 });
    await media.choose(await makePhoto("a-rather-long-name-without-any-blank-in-it-as-cameras-write.jpg"));
    await media.waitFor("a-rather-long-name", "done");

    const widths = [await scrollWidth(media.page)];
    const small = await findSmallTargets(media.page);
    await media.openFrame("a-rather-long-name");
    widths.push(await scrollWidth(media.page));
    small.push(...(await findSmallTargets(media.page)));

    expect(widths.filter((width) => width > 320)).toEqual([]);
    expect(small).toEqual([]);
  });

  it("hold in forced colours and without motion", async () => {
    const media = await MediaPage.open(browser, laptop.siteUrl);
    await media.page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });

    await media.choose(await makePhoto());
    await media.waitFor("holiday.jpg", "done");
    const dialog = await media.openFrame("holiday.jpg");

    expect(await dialog.evaluate((element) => getComputedStyle(element).animationName)).toBe("none");
    expect(await findFaults(media.page)).toEqual([]);
  });
});

/** axe's findings of every kind. Handed to the page by the browser's own debugger, which its CSP does not bind. */
async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(`if (!globalThis.axe) { ${AXE} }`);
  return await page.evaluate(async () => {
    const axe = Reflect.get(globalThis, "axe") as typeof import("axe-core");
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html.slice(0, 120)}`));
  });
}

function measureShift(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    Reflect.set(globalThis, "shift", 0);
    new PerformanceObserver((list) => {
      const sum = list.getEntries().reduce((total, entry) => total + Number(Reflect.get(entry, "value")), 0);
      Reflect.set(globalThis, "shift", Reflect.get(globalThis, "shift") + sum);
    }).observe({ type: "layout-shift", buffered: true });
  });
}

function scrollWidth(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

function findSmallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scope = document.querySelector("dialog[open]") ?? document.body;
    return [...scope.querySelectorAll("button, select, a")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .filter((element) => Math.min(element.getBoundingClientRect().height, element.getBoundingClientRect().width) < 44)
      .map((element) => element.outerHTML.slice(0, 100));
  });
}
