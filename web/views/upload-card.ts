import type { StatusResponse } from "../../contracts/api.ts";
import { formatBytes } from "./bytes.ts";
import { element } from "./element.ts";
import { renditionView } from "./rendition-view.ts";

/** One file's card: its name, how far it is, and in the end what became of it. */
export interface UploadCard {
  readonly root: HTMLLIElement;
  showWaiting(): void;
  /** A fraction from 0 to 1. */
  showUploading(fraction: number): void;
  showJob(job: StatusResponse): void;
  /** With `retry`, a button offers to try again. */
  showFailure(message: string, retry?: () => void): void;
}

export function createUploadCard(file: File): UploadCard {
  const state = element("p", { className: "state", role: "status" });
  const bar = element("progress", { max: 1 });
  bar.setAttribute("aria-label", `Progress of ${file.name}`);
  const result = element("div", { className: "result" });
  const facts = element("p", { className: "facts" }, formatBytes(file.size));
  const root = element("li", { className: "upload" }, element("h3", {}, file.name), facts, bar, state, result);

  /** Nothing known: the bar moves without a value. */
  const show = (name: string, text: string, fraction: number | "unknown" | "none") => {
    root.dataset.state = name;
    if (state.textContent !== text) state.textContent = text;
    bar.hidden = fraction === "none";
    if (typeof fraction === "number") bar.value = fraction;
    else bar.removeAttribute("value");
  };

  return {
    root,
    showWaiting() {
      result.replaceChildren();
      show("waiting", "Waiting", "unknown");
    },
    showUploading: (fraction) => show("uploading", `Uploading ${Math.floor(fraction * 100)} %`, fraction),
    showJob(job) {
      if (job.status === "COMPLETED") {
        show("done", `Done: ${job.renditions.length} ${job.renditions.length === 1 ? "file" : "files"}`, "none");
        facts.textContent = describe(job, file);
        result.replaceChildren(renditionView(job, file.name));
      } else if (job.status === "FAILED" || job.status === "EXPIRED") {
        show("failed", job.error?.message ?? "The file could not be processed.", "none");
      } else if (job.progress > 0) show("processing", `Processing ${job.progress} %`, job.progress / 100);
      else show("processing", "Processing", "unknown");
    },
    showFailure(message, retry) {
      show("failed", message, "none");
      result.replaceChildren(...(retry ? [element("button", { type: "button", onclick: retry }, "Try again")] : []));
    },
  };
}

function describe({ source }: StatusResponse, file: File): string {
  const size = source.width && source.height ? `${source.width} × ${source.height}` : undefined;
  const duration = source.durationSeconds ? `${source.durationSeconds.toFixed(1)} s` : undefined;
  return [formatBytes(file.size), size, duration].filter(Boolean).join(" · ");
}
