import { Player } from "../../shell/player.tsx";
import { Tile } from "../../shell/tile.tsx";
import { extensionOf } from "../file-format.ts";
import { fractionOf, isEnded } from "../item.ts";
import { findMain } from "../renditions.ts";
import type { Frame } from "../sheet.ts";
import { findPoster, Picture, STAGE_WIDTHS } from "./frame-picture.tsx";
import { usePreview } from "./use-preview.ts";

/** The dialog's picture or player. Its height does not change with what comes into it. */
export function Stage({ frame }: { readonly frame: Frame }) {
  const item = frame.item.value;
  const preview = usePreview(frame);
  const { state } = item;
  const main = state.name === "done" ? findMain(state.job) : undefined;
  if (state.name === "done" && main && item.kind !== "image") {
    const kind = main.contentType.startsWith("audio/") ? "audio" : "video";
    return (
      <div class={`stage is-${kind}`}>
        <Player kind={kind} src={main.url} poster={findPoster(state.job)} label={item.name} width={main.width} />
      </div>
    );
  }
  // What is wrong stands below, in words.
  if (state.name === "failed") return null;
  return (
    <div class="stage">
      <Tile
        icon={item.kind ?? "file"}
        label={extensionOf(item.name).toUpperCase()}
        preview={preview}
        picture={state.name === "done" && <Picture job={state.job} widths={STAGE_WIDTHS} alt={item.name} />}
        fraction={isEnded(item) ? undefined : fractionOf(item)}
      />
    </div>
  );
}
