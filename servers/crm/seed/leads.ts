import { daysBefore, fourDigits } from "./days.ts";

/** Topic, source, company number, status, days since it was made, days since the last activity. */
const rows = [
  ["Mooring lines for the new pontoon", "website", 3, "open", 61, 44],
  ["Fenders for two workboats", "trade fair", 12, "open", 2, 2],
  ["Lifejackets, yearly replacement", "referral", 28, "qualified", 90, 12],
  ["Anchor chain for a refit", "website", 9, "open", 48, 37],
  ["Flares and first-aid kits for charter boats", "email", 56, "open", 6, 1],
  ["Stainless shackles, framework contract", "trade fair", 20, "closed", 120, 75],
  ["Rope for oyster lines", "phone", 37, "open", 40, 31],
  ["Crew safety gear for transfer vessels", "website", 31, "qualified", 55, 20],
  ["Dock cleats for the visitors' quay", "website", 21, "open", 35, 26],
  ["Tow lines for a new tug", "phone", 26, "open", 9, 4],
  ["Buoys for the summer moorings", "referral", 63, "open", 8, 8],
  ["Deck paint and rollers", "email", 24, "closed", 140, 101],
  ["Lifebuoys for the promenade", "website", 7, "open", 30, 23],
  ["Fish-hold hoses", "phone", 41, "qualified", 44, 16],
  ["Nylon rope in 24 mm, 4,000 m", "website", 53, "open", 29, 19],
  ["Fender covers with logo", "trade fair", 49, "open", 5, 3],
  ["Liferaft service for six yachts", "referral", 46, "qualified", 38, 9],
  ["Winch handles and blocks", "website", 16, "closed", 95, 60],
  ["Emergency flares for pilots", "phone", 15, "open", 7, 6],
  ["Anchors for a charter fleet", "website", 45, "open", 28, 17],
  ["Lashing gear for containers", "trade fair", 33, "qualified", 50, 5],
  ["Dive boat ladders", "email", 44, "open", 10, 9],
  ["Work gloves and boots", "website", 57, "closed", 110, 88],
  ["Harbour ladder spares", "website", 58, "qualified", 33, 8],
  ["Rescue boat safety lines", "referral", 60, "open", 4, 0],
] as const;

/** The leads of the sample. Seven open ones, of three people, have been quiet for more than 14 days. */
export function seedLeads(now: Date) {
  return rows.map(([name, source, company, status, madeDaysAgo, quietDays], index) => ({
    id: `lead_${fourDigits(index + 1)}`,
    ref: `LEAD-${fourDigits(index + 1)}`,
    name,
    source,
    status,
    closed_reason: status === "closed" ? "Bought elsewhere before we could quote" : null,
    company_id: `com_${fourDigits(company)}`,
    // the first of the company's two people
    contact_id: `con_${fourDigits(company * 2 - 1)}`,
    created_on: daysBefore(now, madeDaysAgo),
    last_activity_on: daysBefore(now, quietDays),
  }));
}
