/**
 * Progress lines: each step says what it does and how long it took. Plain JavaScript, because the first step of `npm start`
 * is to install what would run anything else.
 */

const isTerminal = process.stdout.isTTY === true;

/**
 * Runs one step; `done` turns its result into what is worth saying of it.
 *
 * @template T
 * @param {string} label What is done, as a person would say it.
 * @param {() => T | Promise<T>} work
 * @param {(result: T) => string} [done]
 * @returns {Promise<T>}
 */
export async function step(label, work, done) {
  const startedAt = performance.now();
  process.stdout.write(isTerminal ? `  … ${label}` : `  … ${label}\n`);
  try {
    const result = await work();
    const remark = done?.(result);
    finish("✓", `${label} ${seconds(startedAt)}${remark ? `: ${remark}` : ""}`);
    return result;
  } catch (error) {
    finish("✗", `${label} ${seconds(startedAt)}`);
    throw error;
  }
}

/**
 * A line for a step that had nothing to do.
 *
 * @param {string} text
 */
export function done(text) {
  process.stdout.write(`  ✓ ${text}\n`);
}

/**
 * A line between steps, for what a person should know.
 *
 * @param {string} text
 */
export function notice(text) {
  process.stdout.write(`  ! ${text.replaceAll("\n", "\n    ")}\n`);
}

/** @param {string} mark @param {string} text */
function finish(mark, text) {
  process.stdout.write(`${isTerminal ? "\r\x1b[K" : ""}  ${mark} ${text}\n`);
}

/** @param {number} startedAt */
function seconds(startedAt) {
  return `(${((performance.now() - startedAt) / 1000).toFixed(2)} s)`;
}
