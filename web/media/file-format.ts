import { findFormatByExtension, findFormatByType, type KindOfFormat } from "../../contracts/media/accepted-formats.ts";

export interface NamedFile {
  readonly name: string;
  /** As the browser says: by the system's own list, and empty for the rest. */
  readonly type: string;
}

/** Lower case, without the dot; empty where there is none. */
export function extensionOf(name: string): string {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** Lower case, without parameters: recorders add their codecs. */
export function plainType(type: string): string {
  return type.toLowerCase().split(";")[0]?.trim() ?? "";
}

/** What the file declares itself to be; the worker looks at the bytes whatever is said here. */
export function findFormatOf({ name, type }: NamedFile): KindOfFormat | undefined {
  return findFormatByType(plainType(type)) ?? findFormatByExtension(extensionOf(name));
}
