import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { grabStill } from "../preview.ts";
import type { Frame } from "../sheet.ts";

/** The address of what this browser itself can show of the file: a picture at once, a still of a film soon after. */
export function usePreview({ item, file: fileSignal }: Frame): string | undefined {
  const file = fileSignal.value;
  const kind = item.peek().kind;
  const picture = useMemo(() => (file && kind === "image" ? URL.createObjectURL(file) : undefined), [file, kind]);
  useEffect(() => () => picture && URL.revokeObjectURL(picture), [picture]);

  const still = useSignal<string | undefined>(undefined);
  useEffect(() => {
    if (!file || kind !== "video") return;
    const stop = new AbortController();
    void grabStill(file, stop.signal).then((address) => {
      still.value = address;
    });
    return () => {
      stop.abort();
      if (still.peek()) URL.revokeObjectURL(still.peek() ?? "");
      still.value = undefined;
    };
  }, [file, kind]);
  return picture ?? still.value;
}
