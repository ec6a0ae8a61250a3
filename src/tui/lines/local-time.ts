/** An instant in the zone of the person at the screen: `2026-11-23 09:14:02`. */
export function localTime(at: Date): string {
  const day = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join("-");
  return `${day} ${localClock(at)}`;
}

/** The hour and minute of an instant today, else its month and day. */
export function shortTime(at: Date, now: Date): string {
  const [day = "", clock = ""] = localTime(at).split(" ");
  return localTime(now).startsWith(day) ? clock.slice(0, 5) : day.slice(5);
}

/** `09:14:02` */
export function localClock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
