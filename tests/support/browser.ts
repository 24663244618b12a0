import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { describe } from "vitest";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] as const;

/** CHROMIUM_BIN, or the first Chromium on PATH. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_BIN, ...candidates].find((path) => path && existsSync(path));
}

/** A browser with a profile of its own that talks to nobody but the page. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      // Root has no sandbox to give; the page is our own.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A suite that needs a browser; where there is none it is skipped, and its title says so. */
export function describeWithBrowser(title: string, suite: () => void): void {
  if (findChromium()) describe(title, suite);
  else describe.skip(`${title} (skipped: no Chromium in CHROMIUM_BIN or PATH)`, suite);
}
