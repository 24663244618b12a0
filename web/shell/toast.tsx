import { signal } from "@preact/signals";
import { announce } from "./announce.tsx";

/** What was done can be undone for so long. */
const TOAST_SECONDS = 10;

interface Toast {
  readonly text: string;
  readonly undo?: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const current = signal<Toast | undefined>(undefined);

/** Says what has just happened, for ten seconds; with `undo`, offers to take it back. */
export function showToast(text: string, undo?: () => void): void {
  clearTimeout(current.peek()?.timer);
  const timer = setTimeout(() => {
    current.value = undefined;
  }, TOAST_SECONDS * 1000);
  current.value = { text, undo, timer };
  announce(undo ? `${text} Control and Z undoes it.` : text);
}

/** Takes back what the toast speaks of; false where there is nothing to take back. */
export function undoLast(): boolean {
  const undo = current.peek()?.undo;
  if (!undo) return false;
  clearTimeout(current.peek()?.timer);
  current.value = undefined;
  undo();
  return true;
}

export function ToastView() {
  const toast = current.value;
  if (!toast) return null;
  return (
    <div class="toast">
      <span>{toast.text}</span>
      {toast.undo && (
        <button type="button" class="button" onClick={undoLast}>
          Undo
        </button>
      )}
    </div>
  );
}
