import type { Signal } from "@preact/signals";
import { CopyButton } from "../../shell/copy-button.tsx";
import { Dialog } from "../../shell/dialog.tsx";
import { Icon } from "../../shell/icon.tsx";
import { showToast } from "../../shell/toast.tsx";
import { formatBytes, formatDuration } from "../../shell/words.ts";
import { describeState, type Item, isEnded, jobIdOf } from "../item.ts";
import { describeGain, writePicture } from "../renditions.ts";
import type { Frame, Sheet } from "../sheet.ts";
import { RenditionTable } from "./rendition-table.tsx";
import { focusFrame } from "./sheet-view.tsx";
import { Stage } from "./stage.tsx";

export interface FrameDialogProps {
  readonly sheet: Sheet;
  /** Which frame is open; undefined closes. */
  readonly openId: Signal<string | undefined>;
}

/** One frame, whole: what it shows, what was made of it, and what to do with it. */
export function FrameDialog({ sheet, openId }: FrameDialogProps) {
  const frames = sheet.frames.value;
  const index = frames.findIndex(({ id }) => id === openId.value);
  const frame = frames[index];
  if (!frame) return null;
  const item = frame.item.value;
  const go = (step: number) => {
    const next = frames[index + step];
    if (next) openId.value = next.id;
  };
  const onClose = () => {
    const last = openId.peek();
    openId.value = undefined;
    // The focus goes to the frame that was seen last, which need not be the one that was opened.
    if (last !== undefined) focusFrame(last);
  };
  const forget = () => {
    const undo = sheet.remove([frame.id]);
    openId.value = undefined;
    showToast(`${item.name} ${isEnded(item) ? "removed" : "cancelled"}.`, undo);
    document.getElementById("files-button")?.focus();
  };
  return (
    <Dialog
      label={item.name}
      onClose={onClose}
      onKeyDown={(event) => {
        // In a player the arrows wind.
        if (event.target instanceof HTMLMediaElement) return;
        if (event.key === "ArrowLeft") go(-1);
        if (event.key === "ArrowRight") go(1);
      }}
      tools={<Walk index={index} count={frames.length} go={go} />}
    >
      <Stage key={frame.id} frame={frame} />
      <Facts item={item} />
      <div class="actions">
        <Actions frame={frame} item={item} onRetry={() => sheet.retry([frame.id])} />
        <button type="button" class="button" onClick={forget}>
          {isEnded(item) ? "Remove from this sheet" : "Cancel"}
        </button>
      </div>
      {item.state.name === "done" && <RenditionTable renditions={item.state.job.renditions} />}
      <Details item={item} />
    </Dialog>
  );
}

function Walk(props: { readonly index: number; readonly count: number; readonly go: (step: number) => void }) {
  const { index, count, go } = props;
  return (
    <>
      <span class="quiet-text walk-place">
        {index + 1} of {count}
      </span>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label="Previous"
        disabled={index === 0}
        onClick={() => go(-1)}
      >
        <Icon name="left" />
      </button>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label="Next"
        disabled={index === count - 1}
        onClick={() => go(1)}
      >
        <Icon name="right" />
      </button>
    </>
  );
}

function Facts({ item }: { readonly item: Item }) {
  const { state } = item;
  if (state.name === "failed") return <p class="is-bad">{state.message}</p>;
  const seconds = state.name === "done" ? state.job.source.durationSeconds : undefined;
  return (
    <div>
      <p class="gain">
        {state.name === "done" ? describeGain(state.job) : `${formatBytes(item.bytes)}, ${describeState(item)}`}
        {seconds !== undefined && <span class="quiet-text"> · {formatDuration(seconds)}</span>}
      </p>
      {item.note && <p class="is-warning">{item.note}</p>}
    </div>
  );
}

function Actions({ item, onRetry }: { readonly frame: Frame; readonly item: Item; readonly onRetry: () => void }) {
  const { state } = item;
  if (state.name === "failed") {
    return state.canRetry ? (
      <button type="button" class="button primary" onClick={onRetry}>
        Try again
      </button>
    ) : null;
  }
  const markup = state.name === "done" ? writePicture(state.job) : undefined;
  return markup ? <CopyButton text={markup} label="Copy <picture>" /> : null;
}

/** For whoever supports the person. */
function Details({ item }: { readonly item: Item }) {
  const jobId = jobIdOf(item);
  const { state } = item;
  const placeholder = state.name === "done" ? state.job.placeholder : undefined;
  const code = state.name === "failed" ? state.code : undefined;
  if (!jobId && !code) return null;
  return (
    <dl class="details">
      {jobId && <Detail name="Job" value={jobId} />}
      {placeholder && <Detail name="Placeholder (thumbhash)" value={placeholder} />}
      {code && <Detail name="Reason" value={code} />}
    </dl>
  );
}

function Detail({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div class="detail">
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton text={value} label={`Copy ${name.toLowerCase()}`} isIcon />
      </dd>
    </div>
  );
}
