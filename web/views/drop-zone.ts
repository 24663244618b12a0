import { ACCEPTED_FORMATS } from "../../contracts/accepted-formats.ts";
import { CONVERSIONS, MEDIA_KINDS } from "../../contracts/media.ts";
import { element, requireElement } from "./element.ts";

export interface Chosen {
  readonly files: readonly File[];
  /** Empty for none. */
  readonly convertTo: string;
}

/** The form at the top: files chosen or dropped anywhere on the page reach `onChoose`. */
export function createDropZone(onChoose: (chosen: Chosen) => void): void {
  const zone = requireElement("drop-zone", HTMLFormElement);
  const input = requireElement("files", HTMLInputElement);
  const convertTo = requireElement("convert-to", HTMLSelectElement);
  const formats = Object.values(ACCEPTED_FORMATS).flat();
  input.accept = formats
    .flatMap(({ contentType, extensions }) => [contentType, ...extensions.map((it) => `.${it}`)])
    .join(",");
  requireElement("limits", HTMLParagraphElement).textContent =
    "JPEG, PNG, WebP, AVIF, GIF, TIFF · MP4, MOV, WebM, MKV, AVI · MP3, M4A, WAV, OGG, FLAC";
  for (const kind of MEDIA_KINDS) convertTo.append(conversionGroup(kind));

  const choose = (files: FileList | null | undefined) => {
    if (files?.length) onChoose({ files: [...files], convertTo: convertTo.value });
  };
  input.addEventListener("change", () => {
    choose(input.files);
    // The same file chosen again is a change only if the last choice is forgotten.
    input.value = "";
  });
  zone.addEventListener("submit", (event) => event.preventDefault());
  // On the whole page: a file dropped beside the zone would otherwise replace the page.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    choose(event.dataTransfer?.files);
  });
}

function conversionGroup(kind: (typeof MEDIA_KINDS)[number]): HTMLOptGroupElement {
  const options = CONVERSIONS[kind].map((format) => element("option", { value: `${kind}/${format}` }, format));
  return element("optgroup", { label: kind }, ...options);
}
