import { Icon } from "../../shell/icon.tsx";
import { Tile } from "../../shell/tile.tsx";
import { formatBytes } from "../../shell/words.ts";
import { extensionOf } from "../file-format.ts";
import { describeState, fractionOf, type Item, isEnded } from "../item.ts";
import { describeSizes } from "../renditions.ts";
import type { Frame } from "../sheet.ts";
import { FramePicture } from "./frame-picture.tsx";
import { usePreview } from "./use-preview.ts";

export interface FrameViewProps {
  readonly frame: Frame;
  /** Whether Tab stops here. */
  readonly isStop: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
  readonly onRemove: () => void;
  readonly onRetry: () => void;
  /** Its rendition could not be shown. */
  readonly onLost: () => void;
}

/** A file's frame: its picture, its name, one line of facts. Its size is the same in every state. */
export function FrameView({ frame, isStop, onFocus, onOpen, onRemove, onRetry, onLost }: FrameViewProps) {
  const item = frame.item.value;
  const { state } = item;
  const preview = usePreview(frame);
  const canRetry = state.name === "failed" && state.canRetry;
  const verb = isEnded(item) ? "Remove" : "Cancel";
  return (
    <li class="frame" data-id={item.id} data-state={state.name}>
      <button
        type="button"
        class="frame-open"
        aria-haspopup="dialog"
        tabIndex={isStop ? 0 : -1}
        onFocus={onFocus}
        onClick={onOpen}
      >
        <Tile
          icon={item.kind ?? "file"}
          label={extensionOf(item.name).toUpperCase().slice(0, 6)}
          preview={preview}
          picture={state.name === "done" && <FramePicture job={state.job} onLost={onLost} />}
          fraction={isEnded(item) ? undefined : fractionOf(item)}
          problem={state.name === "failed" ? state.message : undefined}
        />
        <span class="frame-name">{item.name}</span>
        <span class="frame-facts">
          <span class="frame-size">{state.name === "done" ? describeSizes(state.job) : formatBytes(item.bytes)}</span>
          <FrameState item={item} />
        </span>
      </button>
      {canRetry && (
        <button type="button" class="button frame-retry" tabIndex={-1} onClick={onRetry}>
          Try again
        </button>
      )}
      <button
        type="button"
        class="frame-remove"
        tabIndex={-1}
        aria-label={`${verb} ${item.name}`}
        title={verb}
        onClick={onRemove}
      >
        <Icon name="cross" />
      </button>
    </li>
  );
}

function FrameState({ item }: { readonly item: Item }) {
  const { state } = item;
  if (state.name === "done") {
    return (
      <span class="frame-state is-good">
        {item.note && (
          <span class="is-warning" title={item.note}>
            !
          </span>
        )}
        <Icon name="check" />
        <span class="visually-hidden">done</span>
      </span>
    );
  }
  return <span class={`frame-state${state.name === "failed" ? " is-bad" : ""}`}>{describeState(item)}</span>;
}
