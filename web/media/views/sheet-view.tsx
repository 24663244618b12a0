import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { showToast } from "../../shell/toast.tsx";
import { isEnded } from "../item.ts";
import type { Sheet } from "../sheet.ts";
import { FrameView } from "./frame-view.tsx";
import { planStep } from "./plan-step.ts";

/** All frames. One of them is in the order of Tab, the arrows walk to the others: a hundred files are one stop. */
export function SheetView({ sheet, onOpen }: { readonly sheet: Sheet; readonly onOpen: (id: string) => void }) {
  const list = useRef<HTMLUListElement>(null);
  const current = useSignal<string | undefined>(undefined);
  const frames = sheet.frames.value;
  const stop = frames.some(({ id }) => id === current.value) ? current.value : frames[0]?.id;

  const remove = (id: string) => {
    const index = frames.findIndex((frame) => frame.id === id);
    const item = frames[index]?.item.peek();
    if (!item) return;
    const isFocused = list.current?.contains(document.activeElement);
    const undo = sheet.remove([id]);
    showToast(`${item.name} ${isEnded(item) ? "removed" : "cancelled"}.`, undo);
    const next = sheet.frames.peek()[Math.min(index, sheet.frames.peek().length - 1)];
    // The focus is never lost: it goes to the neighbour, or back to where files are chosen.
    if (isFocused) setTimeout(() => (next ? focusFrame(next.id) : document.getElementById("files-button")?.focus()));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id;
    const index = frames.findIndex((frame) => frame.id === id);
    if (id === undefined || index < 0) return;
    const next = frames[planStep(event.key, index, frames.length, countColumns(list.current))];
    if (next) focusFrame(next.id);
    else if (event.key === "Delete" || event.key === "Backspace") remove(id);
    else if (event.key === "r" && !event.ctrlKey && !event.metaKey) sheet.retry([id]);
    else return;
    event.preventDefault();
  };
  return (
    <ul ref={list} class="sheet" aria-label="Your files" onKeyDown={onKeyDown}>
      {frames.map((frame) => (
        <FrameView
          key={frame.id}
          frame={frame}
          isStop={frame.id === stop}
          onFocus={() => (current.value = frame.id)}
          onOpen={() => onOpen(frame.id)}
          onRemove={() => remove(frame.id)}
          onRetry={() => sheet.retry([frame.id])}
          onLost={() => sheet.check(frame)}
        />
      ))}
    </ul>
  );
}

export function focusFrame(id: string): void {
  document.querySelector<HTMLElement>(`[data-id="${id}"] .frame-open`)?.focus();
}

function countColumns(list: HTMLElement | null): number {
  return list ? getComputedStyle(list).gridTemplateColumns.split(" ").length : 1;
}
