import { thumbHashToDataURL } from "thumbhash";
import type { StatusResponse } from "../../contracts/api.ts";
import { formatBytes } from "./bytes.ts";
import { element } from "./element.ts";

type Rendition = StatusResponse["renditions"][number];

/** Shows what a finished job made: the picture, film or sound itself, and a link to each file. */
export function renditionView(job: StatusResponse, fileName: string): DocumentFragment {
  const view = document.createDocumentFragment();
  const shown = findVideo(job) ?? findAudio(job) ?? findPicture(job, fileName);
  if (shown) view.append(shown);
  view.append(linkList(job.renditions));
  return view;
}

function byKind(job: StatusResponse, kind: "image" | "video" | "audio"): Rendition[] {
  return job.renditions.filter(({ contentType }) => contentType.startsWith(`${kind}/`));
}

function findVideo(job: StatusResponse): Node | undefined {
  const [video] = byKind(job, "video");
  if (!video) return undefined;
  const pictures = byKind(job, "image");
  const poster = pictures.find(({ name }) => name === "poster") ?? pictures[0];
  const player = element("video", {
    className: "picture",
    controls: true,
    preload: "metadata",
    playsInline: true,
    src: video.url,
  });
  if (poster) player.poster = poster.url;
  if (video.width && video.height) Object.assign(player, { width: video.width, height: video.height });
  const thumbnails = pictures.filter(({ name }) => name.startsWith("thumb"));
  const strip = element(
    "div",
    { className: "thumbnails" },
    ...thumbnails.map(({ url }) => element("img", { src: url, alt: "", loading: "lazy" })),
  );
  return element("div", {}, player, strip);
}

function findAudio(job: StatusResponse): Node | undefined {
  const [audio] = byKind(job, "audio");
  return audio && element("audio", { className: "picture", controls: true, preload: "metadata", src: audio.url });
}

/** The browser picks the width; the placeholder stands behind the picture until it has come. */
function findPicture(job: StatusResponse, fileName: string): Node | undefined {
  const sized = byKind(job, "image").filter(({ name, width }) => width && name.startsWith("w"));
  const largest = sized.toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0) || a.bytes - b.bytes)[0];
  if (!largest) return undefined;
  const alike = sized.filter(({ contentType }) => contentType === largest.contentType);
  const picture = element("img", {
    className: "picture",
    alt: fileName,
    sizes: "(max-width: 60rem) 100vw, 58rem",
    srcset: alike.map(({ url, width }) => `${url} ${width}w`).join(", "),
    src: largest.url,
    width: largest.width ?? 0,
    height: largest.height ?? 0,
  });
  const placeholder = placeholderUrl(job.placeholder);
  if (placeholder) {
    picture.style.backgroundImage = `url("${placeholder}")`;
    picture.addEventListener("load", () => picture.style.removeProperty("background-image"), { once: true });
  }
  return picture;
}

function placeholderUrl(placeholder: string | undefined): string | undefined {
  if (!placeholder) return undefined;
  return thumbHashToDataURL(Uint8Array.from(atob(placeholder), (character) => character.charCodeAt(0)));
}

function linkList(renditions: readonly Rendition[]): HTMLUListElement {
  return element(
    "ul",
    { className: "renditions" },
    ...renditions.map((rendition) => element("li", {}, link(rendition))),
  );
}

function link({ url, name, contentType, width, height, bytes }: Rendition): HTMLAnchorElement {
  const size = width && height ? ` ${width} × ${height},` : "";
  const format = contentType.split("/")[1] ?? contentType;
  return element(
    "a",
    { href: url, target: "_blank", rel: "noopener" },
    `${name} ${format},${size} ${formatBytes(bytes)}`,
  );
}
