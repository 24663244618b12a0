const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/**
 * Bytes as people say them, in two significant digits: "310 kB", "4.2 MB", "500 MB". Rounded `up` for what a file has and
 * `down` for what is allowed, so that a file that is too large never seems to be of the size that is accepted.
 */
export function describeBytes(bytes: number, rounding: "up" | "down"): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const digits = Math.floor(Math.log10(bytes));
  const step = 10 ** (digits - 1);
  const rounded = Math[rounding === "up" ? "ceil" : "floor"](bytes / step) * step;
  const power = Math.min(Math.floor(Math.log10(rounded) / 3), UNITS.length);
  return `${Number((rounded / 1000 ** power).toPrecision(2))} ${UNITS[power - 1]}`;
}
