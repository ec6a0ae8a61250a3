const dayMs = 86_400_000;

/** The UTC calendar day of an instant, YYYY-MM-DD. */
export function isoDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** The day a number of days after (or, negative, before) another. */
export function addDays(day: string, days: number): string {
  return isoDay(new Date(Date.parse(day) + days * dayMs));
}

/** The first day of the day, week (from Monday, ISO 8601) or month that a day lies in. */
export function periodStart(day: string, interval: "day" | "week" | "month"): string {
  if (interval === "day") return day;
  if (interval === "month") return `${day.slice(0, 7)}-01`;
  return addDays(day, -((new Date(Date.parse(day)).getUTCDay() + 6) % 7));
}

/** The first day of the period after the one that starts on a day. */
export function nextPeriod(start: string, interval: "day" | "week" | "month"): string {
  if (interval === "day") return addDays(start, 1);
  if (interval === "week") return addDays(start, 7);
  return periodStart(addDays(start, 31), "month");
}

/** The later of two days. */
export function laterDay(a: string, b: string): string {
  return a > b ? a : b;
}
