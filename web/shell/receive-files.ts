import { type ReadonlySignal, signal } from "@preact/signals";

/**
 * Files that are dropped anywhere on the page or pasted into it. Called before anything is fetched: a file dropped on a page
 * that does not listen replaces the page. What is returned is true while something is held over the window.
 */
export function receiveFiles(onFiles: (files: readonly File[]) => void): ReadonlySignal<boolean> {
  const isOver = signal(false);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    // A link or a piece of text is no file; it may not leave the page either.
    isOver.value = event.dataTransfer?.types.includes("Files") ?? false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) isOver.value = false;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    isOver.value = false;
    if (event.dataTransfer) void readDropped(event.dataTransfer).then((files) => files.length > 0 && onFiles(files));
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) onFiles(files);
  });
  return isOver;
}

/** The files, and those in folders. What stands in the transfer is gone after the event: entries are taken at once. */
async function readDropped({ items, files }: DataTransfer): Promise<File[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? undefined);
  const plain = [...files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found = await Promise.all(entries.map((entry) => (entry ? readEntry(entry) : [])));
  return found.flat();
}

async function readEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // It answers with at most a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    // Hidden files (.DS_Store) are the system's and not the person's.
    const visible = some.filter(({ name }) => !name.startsWith("."));
    files.push(...(await Promise.all(visible.map(readEntry))).flat());
  }
}
