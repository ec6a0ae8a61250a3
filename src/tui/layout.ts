export const smallest = { columns: 60, rows: 16 };

/** How the window is divided, in rows and columns. */
export interface Layout {
  columns: number;
  rows: number;
  listWidth: number;
  detailWidth: number;
  bodyHeight: number;
  trailHeight: number;
}

/** Divides a window, or undefined when it is too small to be of use. */
export function layoutOf(window: { columns: number; rows: number }): Layout | undefined {
  const { columns, rows } = window;
  if (columns < smallest.columns || rows < smallest.rows) return undefined;
  const listWidth = clamp(Math.floor(columns * 0.34), 24, 40);
  const trailHeight = clamp(Math.floor(rows / 4), 3, 14);
  // two rows of header, a rule above and one below the body, the footer
  const bodyHeight = rows - 5 - trailHeight;
  return { columns, rows, listWidth, detailWidth: columns - listWidth - 4, bodyHeight, trailHeight };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
