export interface PlayerProps {
  readonly kind: "video" | "audio";
  readonly src: string;
  readonly label: string;
  readonly poster?: string;
  /** The film's own, in pixels: it is not shown larger. */
  readonly width?: number;
}

/** Below this the browser's controls do not fit. */
const LEAST_WIDTH_PIXELS = 320;

/** The browser's own player, in a box that is there before the first byte. */
export function Player({ kind, src, label, poster, width }: PlayerProps) {
  if (kind === "audio") {
    // biome-ignore lint/a11y/useMediaCaption: the file is the person's own and has none.
    return <audio class="player" controls preload="metadata" src={src} aria-label={label} />;
  }
  const style = width === undefined ? {} : { maxWidth: `${Math.max(width, LEAST_WIDTH_PIXELS)}px` };
  return (
    // biome-ignore lint/a11y/useMediaCaption: the file is the person's own and has none.
    <video
      class="player"
      style={style}
      controls
      preload="metadata"
      playsInline
      src={src}
      poster={poster}
      aria-label={label}
    />
  );
}
