import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { onTestFinished } from "vitest";

/** A file as a person chooses it. */
export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export interface OpenOptions {
  /** CSS pixels. @default 1280 */
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  /** Before the page is asked for. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** The media page in a browser profile of its own, in a person's words. */
export class MediaPage {
  /** What the browser complains of: CSP, CORS, script errors, failed requests. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  static async open(browser: Browser, url: string, options: OpenOptions = {}): Promise<MediaPage> {
    const { width = 1280, colorScheme = "light" } = options;
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const opened = new MediaPage(page, context);
    await options.prepare?.(page);
    await page.goto(url);
    await page.locator("#files").waitFor({ state: "attached" });
    return opened;
  }

  async choose(...files: ChosenFile[]): Promise<void> {
    await this.page.setInputFiles("#files", files);
  }

  /** As dropped from a file manager onto whatever stands in the middle of the window. */
  async drop(...files: ChosenFile[]): Promise<void> {
    const parts = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString("base64") }));
    await this.page.evaluate((given) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of given) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
      for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, options));
    }, parts);
  }

  frame(name: string): Locator {
    return this.page.locator(".frame", { has: this.page.locator(".frame-name", { hasText: name }) });
  }

  /** Until the frame is `done`, `failed` … */
  async waitFor(name: string, state: string, timeout = 25_000): Promise<Locator> {
    const frame = this.frame(name);
    await frame.and(this.page.locator(`[data-state="${state}"]`)).waitFor({ timeout });
    return frame;
  }

  async openFrame(name: string): Promise<Locator> {
    await this.frame(name).locator(".frame-open").click();
    const dialog = this.page.locator("dialog[open]");
    await dialog.waitFor();
    return dialog;
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }
}

let made = 0;

/** A small JPEG photo, another one each time. */
export async function makePhoto(name = "holiday.jpg", width = 900, height = 600): Promise<ChosenFile> {
  made += 1;
  const hue = (made * 67) % 360;
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 90 60">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue} 60% 70%)"/><stop offset="1" stop-color="#fff"/></linearGradient>
    <rect width="90" height="60" fill="url(#sky)"/><circle cx="70" cy="14" r="6" fill="#fd7"/>
    <path d="M0 60L24 22l18 26 10-14 38 26z" fill="hsl(${(hue + 120) % 360} 30% 35%)"/></svg>`;
  return { name, mimeType: "image/jpeg", buffer: await sharp(Buffer.from(drawing)).jpeg().toBuffer() };
}
