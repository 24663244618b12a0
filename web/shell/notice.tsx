import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** Something is wrong with the page as a whole: what, and the one thing to do about it. */
export function Notice(props: { readonly text: string; readonly action: string; readonly onAction: () => void }) {
  return (
    <div class="notice" role="alert">
      <p>{props.text}</p>
      <button type="button" class="button" onClick={props.onAction}>
        {props.action}
      </button>
    </div>
  );
}

/** Where there is nothing yet: what this place is for, and its first action. */
export function EmptyState(props: {
  readonly icon: IconName;
  readonly title: string;
  /** A click anywhere on it does what the page's first button does. */
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a larger target for pointers; the keyboard has the button.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the same.
    <div class="empty" onClick={props.onClick}>
      <Icon name={props.icon} />
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}
