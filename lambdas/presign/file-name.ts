import { MAX_FILE_NAME_BYTES } from "../../contracts/limits.ts";
import { DarkroomError } from "../support/errors.ts";

/**
 * Control characters, separators of lines, lone surrogates, and what turns the direction of text, so that `gpj.exe` reads
 * as `exe.jpg`: a name is shown to people and stands in logs and headers sooner or later (security.md U4).
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** The user's file name as it is kept on the job: NFC, at most 255 bytes. It never reaches an object key. */
export function normalizeFileName(fileName: string): string {
  const name = fileName.normalize("NFC");
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_FILE_NAME_BYTES) {
    throw refuse(`is ${bytes} bytes long in UTF-8; at most ${MAX_FILE_NAME_BYTES} are accepted`);
  }
  if (FORBIDDEN.test(name)) throw refuse("holds control or text direction characters; remove them");
  if (/[/\\]/.test(name) || /^\.+$/.test(name)) throw refuse("is a path; give the file's name alone");
  if (name.trim() === "") throw refuse("is blank");
  return name;
}

function refuse(problem: string): DarkroomError {
  return new DarkroomError("INVALID_REQUEST", `The file name ${problem}.`, {
    details: [{ path: "fileName", message: problem }],
  });
}
