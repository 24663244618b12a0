import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

export interface TileProps {
  /** What stands where no picture can be shown. */
  readonly icon: IconName;
  readonly label: string;
  /** A picture that is there at once; one that the browser cannot draw is as none. */
  readonly preview?: string;
  /** Drawn over the preview once it has come. */
  readonly picture?: ComponentChildren;
  /** From 0 to 1, while something is under way. */
  readonly fraction?: number;
  /** One sentence of what is wrong. */
  readonly problem?: string;
}

/** A box that never changes its size: a preview, then the picture, and what is to be said about it. */
export function Tile({ icon, label, preview, picture, fraction, problem }: TileProps) {
  const undrawable = useSignal<string | undefined>(undefined);
  const isDrawn = preview !== undefined && undrawable.value !== preview;
  return (
    <span class={`tile${problem ? " has-problem" : ""}`}>
      {!isDrawn && (
        <span class="tile-label" aria-hidden="true">
          <Icon name={icon} />
          {label}
        </span>
      )}
      {isDrawn && (
        <img
          class="tile-preview"
          src={preview}
          alt=""
          decoding="async"
          onError={() => {
            undrawable.value = preview;
          }}
        />
      )}
      {picture}
      {problem && <span class="tile-problem">{problem}</span>}
      {fraction !== undefined && (
        <span class="tile-bar">
          <span style={{ transform: `scaleX(${fraction})` }} />
        </span>
      )}
    </span>
  );
}
