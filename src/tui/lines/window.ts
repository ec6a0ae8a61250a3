/** Which rows of a list are visible, so that the chosen one is and the window moves as little as it can. */
export function visibleFrom(options: { count: number; height: number; chosen: number }): number {
  const { count, height, chosen } = options;
  if (count <= height) return 0;
  const centred = chosen - Math.floor(height / 2);
  return Math.max(0, Math.min(centred, count - height));
}
