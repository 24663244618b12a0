import { showToast } from "../../shell/toast.tsx";
import { formatCount } from "../../shell/words.ts";
import { isEnded } from "../item.ts";
import type { Sheet } from "../sheet.ts";

/** What is true of all files, and what can be done with all of them. */
export function SummaryLine({ sheet }: { readonly sheet: Sheet }) {
  const { text, isUnderWay, retryCount, endedCount } = sheet.summary.value;
  const isPaused = sheet.isPaused.value;
  const clear = () => {
    const ids = sheet.items
      .peek()
      .filter(isEnded)
      .map(({ id }) => id);
    showToast(`${formatCount(ids.length, "file")} cleared.`, sheet.remove(ids));
  };
  const retry = () => sheet.retry(sheet.items.peek().map(({ id }) => id));
  return (
    <div class="summary">
      <p class="summary-text">{sheet.frames.value.length > 0 && text}</p>
      {/* What does not apply is hidden and keeps its place: nothing moves under a finger. */}
      <div class="summary-actions">
        <Action label="Retry failed" isOffered={retryCount > 0} onClick={retry} />
        <Action
          label={isPaused ? "Go on" : "Pause"}
          isOffered={isUnderWay}
          onClick={() => sheet.setPaused(!isPaused)}
        />
        <Action label="Clear finished" isOffered={endedCount > 0} onClick={clear} />
      </div>
    </div>
  );
}

function Action(props: { readonly label: string; readonly isOffered: boolean; readonly onClick: () => void }) {
  return (
    <button
      type="button"
      class="button"
      style={{ visibility: props.isOffered ? "visible" : "hidden" }}
      onClick={props.onClick}
    >
      {props.label}
    </button>
  );
}
