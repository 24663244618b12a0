import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ACCEPTED_FORMATS } from "../../../contracts/media/accepted-formats.ts";
import { LiveRegion } from "../../shell/announce.tsx";
import { EmptyState, Notice } from "../../shell/notice.tsx";
import { ToastView, undoLast } from "../../shell/toast.tsx";
import type { ServerSearch } from "../server.ts";
import type { Sheet } from "../sheet.ts";
import { FrameDialog } from "./frame-dialog.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { SheetView } from "./sheet-view.tsx";
import { SummaryLine } from "./summary-line.tsx";
import { Toolbar } from "./toolbar.tsx";

export interface MediaPageProps {
  readonly sheet: Sheet;
  readonly server: ServerSearch;
  /** Files are held over the window. */
  readonly isOver: ReadonlySignal<boolean>;
}

/** The contact sheet and what floats above it. */
export function MediaPage({ sheet, server, isOver }: MediaPageProps) {
  const openId = useSignal<string | undefined>(undefined);
  const isKeysOpen = useSignal(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === "?") isKeysOpen.value = true;
      else if (event.key === "z" && (event.ctrlKey || event.metaKey) && undoLast()) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  const isEmpty = sheet.isRestored.value && sheet.frames.value.length === 0;
  return (
    <>
      <Toolbar sheet={sheet} onKeys={() => (isKeysOpen.value = true)} />
      {server.problem.value && <Notice text={server.problem.value} action="Try again" onAction={server.retry} />}
      {isEmpty ? <Welcome /> : <SummaryLine sheet={sheet} />}
      <SheetView sheet={sheet} onOpen={(id) => (openId.value = id)} />
      {openId.value !== undefined && <FrameDialog sheet={sheet} openId={openId} />}
      {isKeysOpen.value && <KeysDialog onClose={() => (isKeysOpen.value = false)} />}
      {isOver.value && <div class="drop-veil">Drop to add</div>}
      <ToastView />
      <LiveRegion />
    </>
  );
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea");
}

/** `JPEG, PNG · MP4, MOV · MP3, WAV` */
const FORMATS = Object.values(ACCEPTED_FORMATS)
  .map((formats) => formats.map(({ name }) => name).join(", "))
  .join(" · ");

function Welcome() {
  return (
    <EmptyState
      icon="frames"
      title="Your contact sheet"
      onClick={() => document.getElementById("files-button")?.click()}
    >
      <p>
        Choose files, drop them anywhere on this page, or paste them. Each photo, film and sound comes back in the sizes
        and formats that web pages need.
      </p>
      <p class="quiet-text">{FORMATS}</p>
    </EmptyState>
  );
}
