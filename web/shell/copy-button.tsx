import { useSignal } from "@preact/signals";
import { Icon } from "./icon.tsx";

const THANKS_SECONDS = 2;

/** Copies the text and says so on itself. `label` names what is copied; with `isIcon` it is heard and not shown. */
export function CopyButton(props: { readonly text: string; readonly label: string; readonly isIcon?: boolean }) {
  const isCopied = useSignal(false);
  const copy = async () => {
    isCopied.value = await copyText(props.text);
    setTimeout(() => {
      isCopied.value = false;
    }, THANKS_SECONDS * 1000);
  };
  const words = isCopied.value ? "Copied" : props.label;
  if (!props.isIcon) {
    return (
      <button type="button" class="button" onClick={copy}>
        <Icon name={isCopied.value ? "check" : "copy"} />
        {words}
      </button>
    );
  }
  return (
    <button type="button" class="button quiet icon-only" aria-label={words} title={words} onClick={copy}>
      <Icon name={isCopied.value ? "check" : "copy"} />
    </button>
  );
}

/** Pages on plain http have no clipboard of their own, but the old command. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const field = Object.assign(document.createElement("textarea"), { value: text });
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
