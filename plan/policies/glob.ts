/**
 * Patterns of IAM, compared with patterns: `*` is any run of characters, `?` any one. Policy variables and references of
 * Terraform are texts like any other.
 */

/** Whether all that `inner` matches, `outer` matches too. May say no where it is not sure; never yes. */
export function coversPattern(outer: string, inner: string): boolean {
  return matches(outer, inner, (wanted, character) => wanted === character || (wanted === "?" && character !== "*"));
}

/** Whether some text is matched by both. Row by row over both patterns, so that no pair of patterns takes long. */
export function overlapPatterns(a: string, b: string): boolean {
  let below: boolean[] = [];
  for (let row = a.length; row >= 0; row--) {
    const cells: boolean[] = [];
    for (let column = b.length; column >= 0; column--) {
      cells[column] = overlapsAt(a[row], b[column], below[column], cells[column + 1], below[column + 1]);
    }
    below = cells;
  }
  return below[0] ?? false;
}

/** Whether the rests overlap, given whether they do with a character less of the first, of the second, and of both. */
function overlapsAt(a = "", b = "", lessA = false, lessB = false, lessBoth = false): boolean {
  if (a === "" && b === "") return true;
  if (a === "*") return lessA || (b !== "" && lessB);
  if (b === "*") return lessB || (a !== "" && lessA);
  return a !== "" && b !== "" && (a === b || a === "?" || b === "?") && lessBoth;
}

/** The usual walk with one step back to the last star: linear in practice, and no pattern makes it exponential. */
function matches(outer: string, inner: string, same: (wanted: string, character: string) => boolean): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < inner.length; ) {
    const wanted = outer[at];
    if (wanted === "*") {
      star = at++;
      resume = index;
    } else if (wanted !== undefined && same(wanted, inner[index] ?? "")) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(outer.slice(at));
}
