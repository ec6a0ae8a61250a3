import { daysBefore, fourDigits } from "./days.ts";
import type { SeededRandom } from "./random.ts";

const told = {
  call: [
    "Called: asks for delivery before the season.",
    "Called: compares two offers.",
    "Called, left a message.",
  ],
  email: ["Sent the price list.", "Sent samples of three colours.", "Confirmed the technical data by email."],
  meeting: [
    "Visited the yard and measured the berths.",
    "Met at the boat show.",
    "Walked through the list on site.",
  ],
  note: [
    "Prefers delivery on pallets.",
    "Pays within 14 days for 2 % discount.",
    "Budget is approved in spring.",
  ],
} as const;

const kinds = ["call", "email", "meeting", "note"] as const;

interface Subject {
  id: string;
  loggedBy: string;
  created_on: string;
  last_activity_on: string;
}

/** One to three activities for each lead or deal; the latest is on its `last_activity_on`. */
export function seedActivities(
  subjects: readonly (Subject & { type: "lead" | "deal" })[],
  random: SeededRandom,
) {
  const rows = subjects.flatMap((subject) => {
    const between = (Date.parse(subject.last_activity_on) - Date.parse(subject.created_on)) / 86_400_000;
    const last = new Date(subject.last_activity_on);
    return Array.from({ length: random.integer(1, 3) }, (_, back) => {
      const kind = random.pick(kinds);
      return {
        about_type: subject.type,
        about_id: subject.id,
        kind,
        occurred_on: daysBefore(last, Math.min(back * random.integer(2, 6), between)),
        summary: random.pick(told[kind]),
        logged_by: subject.loggedBy,
      };
    });
  });
  return rows.map((row, index) => ({ ...row, id: `act_${fourDigits(index + 1)}` }));
}

/** Title, deal number, days until it is due (negative: overdue), what came of it when it is done. */
const tasks = [
  ["Send the revised offer", 2, -6, undefined],
  ["Ask for the delivery address", 5, -2, undefined],
  ["Call about the rope colours", 9, -1, undefined],
  ["Confirm the delivery week", 14, 0, undefined],
  ["Prepare the framework price list", 19, 0, undefined],
  ["Check stock for the quay refit", 22, 1, undefined],
  ["Visit the yard", 25, 3, undefined],
  ["Get the credit check", 28, 5, undefined],
  ["Agree on payment terms", 33, 7, undefined],
  ["Send samples", 36, 12, undefined],
  ["Send the first offer", 3, -20, "Offer sent, they compare it with two others."],
  ["Call the fleet manager", 11, -12, "Wants delivery in two lots."],
] as const;

/** The tasks of the sample. They are about deals only: the tasks about leads are the ones that a workflow makes. */
export function seedTasks(now: Date) {
  return tasks.map(([title, deal, dueInDays, outcome], index) => ({
    id: `task_${fourDigits(index + 1)}`,
    ref: `TASK-${fourDigits(index + 1)}`,
    title,
    about_id: `deal_${fourDigits(deal)}`,
    due_on: daysBefore(now, -dueInDays),
    outcome: outcome ?? null,
  }));
}
