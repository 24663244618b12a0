import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface ChooseFilesProps {
  readonly id: string;
  readonly label: string;
  readonly accept: string;
  readonly onFiles: (files: readonly File[]) => void;
  /** Straight from the camera, one at a time. */
  readonly isCamera?: boolean;
  readonly isPrimary?: boolean;
}

/** A button that opens the system's chooser, or its camera. */
export function ChooseFiles({ id, label, accept, onFiles, isCamera, isPrimary }: ChooseFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={`button${isPrimary ? " primary" : ""}`}
        id={`${id}-button`}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
      <input
        ref={input}
        id={id}
        type="file"
        hidden
        multiple={!isCamera}
        capture={isCamera ? "environment" : undefined}
        accept={accept}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // The same file chosen again is a change only if the last choice is forgotten.
          currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}

/** Whether to offer the camera: a device in the hand that has one. A computer's browser would only open its chooser. */
export function useHasCamera(): boolean {
  const hasCamera = useSignal(false);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) return;
    const devices = navigator.mediaDevices?.enumerateDevices() ?? Promise.resolve(undefined);
    // Pages on plain http are not told of devices; what is held in the hand nearly always has one.
    void devices.then((found) => {
      hasCamera.value = found?.some(({ kind }) => kind === "videoinput") ?? true;
    });
  }, []);
  return hasCamera.value;
}
