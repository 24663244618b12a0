import type { StatusResponse } from "../../contracts/media/api.ts";
import { formatBytes, formatChange } from "../shell/words.ts";

export type Rendition = StatusResponse["renditions"][number];
type Job = Pick<StatusResponse, "source" | "renditions">;

/** Content types by the names that people know; the better compressed come first, as `<picture>` wants them. */
const FORMATS: Readonly<Record<string, string>> = {
  "image/avif": "AVIF",
  "image/webp": "WebP",
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/gif": "GIF",
  "image/tiff": "TIFF",
  "video/mp4": "MP4",
  "video/webm": "WebM",
  "audio/mp4": "M4A",
  "audio/mpeg": "MP3",
  "audio/wav": "WAV",
};
const ORDER = Object.values(FORMATS);

export function formatOf(contentType: string): string {
  return FORMATS[contentType] ?? (contentType.split("/").at(-1) ?? contentType).toUpperCase();
}

export interface RenditionTable {
  readonly formats: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (Rendition | undefined)[] }[];
}

/** Rows are sizes, in the order that they were made; columns are formats. */
export function planTable(renditions: readonly Rendition[]): RenditionTable {
  const formats = [...new Set(renditions.map(({ contentType }) => formatOf(contentType)))];
  formats.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const names = [...new Set(renditions.map(({ name }) => name))];
  const rows = names.map((name) => {
    const alike = renditions.filter((rendition) => rendition.name === name);
    const cells = formats.map((format) => alike.find(({ contentType }) => formatOf(contentType) === format));
    return { label: labelOf(name, alike[0]), cells };
  });
  return { formats, rows };
}

const LABELS: Readonly<Record<string, string>> = { video: "Film", audio: "Sound", poster: "Poster" };

function labelOf(name: string, rendition: Rendition | undefined): string {
  const size = rendition?.width && rendition.height ? `${rendition.width} × ${rendition.height}` : "";
  if (/^w\d+$/.test(name)) return size;
  const thumb = /^thumb-(\d+)$/.exec(name)?.[1];
  const known = thumb ? `Thumbnail ${thumb}` : name === "converted" ? "Converted" : LABELS[name];
  return [known ?? name, size].filter(Boolean).join(", ");
}

/** One format of a picture in all its widths, the smallest first. */
export interface PictureSource {
  readonly contentType: string;
  readonly renditions: readonly Rendition[];
}

/**
 * The formats that a browser may choose from, the best first; the last is for those that know no other. A format that
 * lacks the largest width is left out: a browser that took it would show the picture blurred.
 */
export function planSources(job: Job): readonly PictureSource[] {
  const sized = job.renditions.filter(({ name, width }) => width && /^w\d+$/.test(name));
  const widest = Math.max(...sized.map(({ width = 0 }) => width));
  const types = [...new Set(sized.map(({ contentType }) => contentType))].sort(
    (a, b) => ORDER.indexOf(formatOf(a)) - ORDER.indexOf(formatOf(b)),
  );
  return types
    .map((contentType) => ({
      contentType,
      renditions: sized
        .filter((rendition) => rendition.contentType === contentType)
        .sort(({ width: a = 0 }, { width: b = 0 }) => a - b),
    }))
    .filter(({ renditions }) => renditions.at(-1)?.width === widest);
}

export function srcsetOf({ renditions }: PictureSource): string {
  return renditions.map(({ url, width }) => `${url} ${width}w`).join(", ");
}

/** What to paste into a page; undefined where there is no picture. */
export function writePicture(job: Job, sizes = "100vw"): string | undefined {
  const sources = planSources(job);
  const fallback = sources.at(-1);
  const largest = fallback?.renditions.at(-1);
  if (!fallback || !largest) return undefined;
  const lines = sources
    .slice(0, -1)
    .map((source) => `  <source type="${source.contentType}" srcset="${srcsetOf(source)}" sizes="${sizes}">`);
  const { url, width, height } = largest;
  const size = `width="${width}" height="${height}"`;
  const image = `  <img src="${url}" srcset="${srcsetOf(fallback)}" sizes="${sizes}" ${size} alt="" loading="lazy">`;
  return ["<picture>", ...lines, image, "</picture>"].join("\n");
}

/** The film or sound itself, or the picture in its largest width and smallest format. */
export function findMain({ source, renditions }: Job): Rendition | undefined {
  if (source.kind !== "image") return renditions.find(({ name }) => name === "video" || name === "audio");
  const sized = renditions.filter(({ name }) => /^w\d+$/.test(name));
  return sized.sort((a, b) => (b.width ?? 0) - (a.width ?? 0) || a.bytes - b.bytes)[0];
}

/** `4.2 MB → 310 kB` */
export function describeSizes(job: Job): string {
  const main = findMain(job);
  return main ? `${formatBytes(job.source.bytes)} → ${formatBytes(main.bytes)}` : formatBytes(job.source.bytes);
}

/** `4.2 MB → 310 kB, 93 % less (WebP, 1024 × 768)` */
export function describeGain(job: Job): string {
  const main = findMain(job);
  if (!main) return formatBytes(job.source.bytes);
  const size = main.width && main.height ? `, ${main.width} × ${main.height}` : "";
  const change = formatChange(job.source.bytes, main.bytes);
  return `${describeSizes(job)}, ${change} (${formatOf(main.contentType)}${size})`;
}
