import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithBrowser, launchBrowser } from "../../support/browser.ts";
import { findFreePorts, openTestLaptop, type TestLaptop } from "../../support/laptop.ts";
import { MediaPage, makePhoto, type OpenOptions } from "../../support/media-page.ts";

describeWithBrowser("what a person did", () => {
  let laptop: TestLaptop;
  let browser: Browser;

  beforeAll(async () => {
    [laptop, browser] = await Promise.all([openTestLaptop({ basePort: await findFreePorts() }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await laptop?.close();
  });

  const open = (options?: OpenOptions) => MediaPage.open(browser, laptop.siteUrl, options);
  const uploads = () => `**/${laptop.output("uploadsBucket")}/**`;

  it("is there after a reload, with its preview, and goes on: what waited is sent, what was done is shown", async () => {
    const media = await open();
    await media.choose(await makePhoto("before.jpg"));
    await media.waitFor("before.jpg", "done");
    const questions: string[] = [];
    media.page.on("dialog", (dialog) => {
      questions.push(dialog.type());
      void dialog.accept();
    });
    // Without an answer; after the reload it goes through.
    await media.page.route(uploads(), (route) => (questions.length === 0 ? undefined : route.continue()));
    await media.choose(await makePhoto("under-way.jpg"));
    await media.waitFor("under-way.jpg", "sending");

    // Browsers ask only on a page that somebody has touched.
    await media.page.getByRole("heading", { name: "Darkroom" }).click();
    await media.page.reload();
    const restored = media.frame("under-way.jpg");
    await restored.locator(".tile-preview, picture").first().waitFor();
    await media.waitFor("under-way.jpg", "done");
    await media.page.reload();
    const pictures = media.page.locator('.frame[data-state="done"] picture img');
    await pictures.nth(1).evaluate((image: HTMLImageElement) => image.decode());

    expect(questions).toEqual(["beforeunload"]);
    expect(await pictures.count()).toBe(2);
  });

  it("is not asked about when nothing is under way", async () => {
    const media = await open();
    await media.choose(await makePhoto());
    await media.waitFor("holiday.jpg", "done");
    await media.page.getByRole("heading", { name: "Darkroom" }).click();
    const questions: string[] = [];
    media.page.on("dialog", (dialog) => {
      questions.push(dialog.type());
      void dialog.accept();
    });

    await media.page.reload();
    await media.waitFor("holiday.jpg", "done");

    expect(questions).toEqual([]);
  });

  it("is sent once, though the answer to the upload was lost", async () => {
    const media = await open();
    let puts = 0;
    await media.page.route(uploads(), async (route) => {
      if (route.request().method() === "PUT") puts += 1;
      await route.fetch();
      await route.abort("connectionreset");
    });

    await media.choose(await makePhoto());
    await media.waitFor("holiday.jpg", "done");

    expect(puts).toBe(1);
  });

  it("outlasts a connection that is away while files are added", async () => {
    const media = await open();
    await media.page.waitForLoadState("networkidle");
    await media.context.setOffline(true);

    await media.choose(await makePhoto("a.jpg"), await makePhoto("b.jpg"));
    await media.page.getByText("waiting for the server").waitFor();
    await media.context.setOffline(false);

    await media.waitFor("a.jpg", "done");
    await media.waitFor("b.jpg", "done");
  });

  it("outlasts a runtime that stops while it works and comes back later, and sends nothing anew", async () => {
    const media = await open();
    const requests = countUploads(media.page);
    await media.page.route("**/status?**", (route) => route.abort());
    await media.choose(await makePhoto());
    await media.waitFor("holiday.jpg", "processing");

    await laptop.restart(async () => {
      await media.page.unroute("**/status?**");
      await media.page.getByText("waiting for the server").waitFor();
      // Longer than the six seconds after which the page used to give up.
      await media.page.waitForTimeout(7_000);
    });
    await media.waitFor("holiday.jpg", "done");

    expect(requests).toEqual({ presigned: 1, sent: 1 });
  });

  it("that the server no longer knows is said to be gone, and is made anew when it is added again", async () => {
    const media = await open();
    const photo = await makePhoto();
    await media.choose(photo);
    await media.waitFor("holiday.jpg", "done");
    await media.page.route(`${laptop.cdnUrl}/**`, (route) => route.fulfill({ status: 403 }));
    await media.page.route("**/status?**", (route) =>
      route.fulfill({
        status: 404,
        headers: { "access-control-allow-origin": "*" },
        json: { error: { code: "JOB_NOT_FOUND", message: "There is no such job.", requestId: "r" } },
      }),
    );

    await media.page.reload();
    const frame = await media.waitFor("holiday.jpg", "failed");
    const problem = await frame.locator(".tile-problem").textContent();
    await media.page.unroute("**/status?**");
    await media.choose(photo);
    await media.waitFor("holiday.jpg", "done");

    expect(problem).toBe("The server no longer keeps this file. Add it again to make it anew.");
    expect(await media.page.locator(".frame").count()).toBe(1);
  });
});

function countUploads(page: Page): { presigned: number; sent: number } {
  const count = { presigned: 0, sent: 0 };
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().includes("/presign/")) count.presigned += 1;
    if (request.method() === "PUT") count.sent += 1;
  });
  return count;
}
