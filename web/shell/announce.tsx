import { signal } from "@preact/signals";

const spoken = signal("");

/** Tells those who do not see the page; the last word counts. */
export function announce(text: string): void {
  spoken.value = text;
}

/** The page's one live region. */
export function LiveRegion() {
  return (
    <p class="visually-hidden" role="status">
      {spoken}
    </p>
  );
}
