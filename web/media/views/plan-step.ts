/** Where a key leads from a frame; -1 for nowhere. */
export function planStep(key: string, index: number, count: number, columns: number): number {
  const target = { ArrowLeft: index - 1, ArrowRight: index + 1, ArrowUp: index - columns, ArrowDown: index + columns }[
    key
  ];
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return target !== undefined && target >= 0 && target < count ? target : -1;
}
