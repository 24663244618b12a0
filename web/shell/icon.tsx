/** Strokes on a grid of 24, in the colour of the text beside them. */
const PATHS = {
  cross: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  video: "M4 6h11v12H4zM15 10.5l5-3v9l-5-3",
  audio: "M9 17.5V6l10-2v11.5M9 17.5a2.5 2 0 11-5 0 2.5 2 0 015 0zM19 15.5a2.5 2 0 11-5 0 2.5 2 0 015 0z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  frames: "M4 5h16v14H4zM4 9h16M4 15h16M8 5v4M12 5v4M16 5v4M8 15v4M12 15v4M16 15v4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
