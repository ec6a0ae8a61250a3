/** The calendar day so many days before an instant, in UTC. */
export function daysBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

/** The later of two calendar days, of which one may be missing. */
export function laterDay(one: string | undefined, other: string): string {
  return one !== undefined && one > other ? one : other;
}

/** Columns of a row that was made on one day and last changed on another. */
export function rowDates(createdOn: string, updatedOn = createdOn) {
  return {
    version: createdOn === updatedOn ? 1 : 2,
    created_at: `${createdOn}T09:00:00.000Z`,
    updated_at: `${updatedOn}T15:30:00.000Z`,
  };
}

/** A number of a row, as it stands in ids and references: 31 is `0031`. */
export function fourDigits(number: number): string {
  return String(number).padStart(4, "0");
}
