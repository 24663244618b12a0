const UNITS = ["B", "kB", "MB", "GB"] as const;

/** `4 167 727` → `4.2 MB`, `310 400` → `310 kB`; decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

/** As people say it: `a few seconds`, `about 20 s`, `about 2 min`, `about 3 h`. */
export function formatSecondsLeft(seconds: number): string {
  if (seconds < 8) return "a few seconds";
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 55 * 60) return `about ${Math.max(1, Math.round(seconds / 60))} min`;
  return `about ${Math.max(1, Math.round(seconds / 3600))} h`;
}

/** `83.4` → `1:23` */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** What became of a size: `93 % less`, `12 % more`, `the same size`. */
export function formatChange(before: number, after: number): string {
  const percent = Math.round((1 - after / before) * 100);
  if (percent === 0) return "the same size";
  // 100 % less would be nothing at all.
  return percent > 0 ? `${Math.min(percent, 99)} % less` : `${-percent} % more`;
}

/** `1 file`, `3 files`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
