import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { describeWithBrowser, launchBrowser } from "../support/browser.ts";
import { photo } from "../support/images.ts";
import { openTestLaptop, type TestLaptop } from "../support/laptop.ts";

/** What a page's script does with the API, in the browser: everything here is under its CORS and the page's own CSP. */
async function uploadFromPage({ bytes }: { readonly bytes: string }): Promise<{ status: string; width: number }> {
  const config = (await (await fetch("config.json")).json()) as { apiUrl: string };
  const file = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  const wanted = { fileName: "a.jpg", contentType: "image/jpeg", size: file.length };
  const presigned = await fetch(`${config.apiUrl}/presign/upload`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const { upload, statusUrl } = (await presigned.json()) as {
    upload: { url: string; fields: Record<string, string> };
    statusUrl: string;
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", new Blob([file], { type: "image/jpeg" }));
  const stored = await fetch(upload.url, { method: "POST", body: form });
  if (!stored.ok) throw new Error(`the bucket answered ${stored.status}`);
  for (;;) {
    const job = (await (await fetch(statusUrl)).json()) as { status: string; renditions: { url: string }[] };
    if (job.status === "PENDING" || job.status === "PROCESSING") {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const bitmap = await createImageBitmap(await (await fetch(job.renditions[0]?.url ?? "")).blob());
    return { status: job.status, width: bitmap.width };
  }
}

describeWithBrowser("a page at another name of this machine", () => {
  let laptop: TestLaptop;
  let browser: Browser;
  beforeAll(async () => {
    [laptop, browser] = await Promise.all([openTestLaptop(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await laptop?.close();
  });

  it.each(["localhost", "127.0.0.1"])("uploads, asks and shows from http://%s", async (name) => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(laptop.siteUrl.replace("127.0.0.1", name));
    const bytes = (await photo(600, 400).jpeg().toBuffer()).toString("base64");

    const seen = await page.evaluate(uploadFromPage, { bytes });

    expect(seen.status).toBe("COMPLETED");
    expect(seen.width).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });
});
