const dayMs = 86_400_000;

/** The UTC calendar day of an instant, YYYY-MM-DD. */
export function isoDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** The day a number of days after (or, negative, before) another. */
export function addDays(day: string, days: number): string {
  return isoDay(new Date(Date.parse(day) + days * dayMs));
}

/** The same day of the next year; 1 March after 29 February. */
export function yearAfter(day: string): string {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return isoDay(new Date(Date.UTC(year + 1, month - 1, date)));
}

/** How many days lie between two days; negative when the second is the earlier one. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** The latest of some days. */
export function latestDay(first: string, ...others: readonly string[]): string {
  return [first, ...others].sort().at(-1) ?? first;
}
