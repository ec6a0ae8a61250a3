import { sampleCompanies } from "../../sample/companies.ts";
import { searchColumns } from "../store/search-text.ts";
import { seedActivities, seedTasks } from "./activities.ts";
import { daysBefore, laterDay, rowDates } from "./days.ts";
import { seedDeals } from "./deals.ts";
import { seedLeads } from "./leads.ts";
import { ownerOfCountry, seedOwners, seedPeople } from "./people.ts";
import { seededRandom } from "./random.ts";

const owners = new Map(sampleCompanies.map(({ id, country }) => [id, ownerOfCountry(country)]));
const ownerOf = (companyId: string) => owners.get(companyId) ?? seedOwners[0].id;
const userOf = (companyId: string) => ownerOf(companyId).replace("usr_", "user:");

/** The rows of the sample company, relative to the day of `now` and otherwise always the same. */
export function seedRows(now: Date) {
  const random = seededRandom(1852);
  const people = seedPeople(sampleCompanies, random);
  const leads = seedLeads(now);
  const deals = seedDeals(now, random);
  const subjects = [
    ...leads.map((lead) => ({ ...lead, type: "lead" as const, loggedBy: userOf(lead.company_id) })),
    ...deals.map((deal) => ({ ...deal, type: "deal" as const, loggedBy: userOf(deal.company_id) })),
  ];
  const activities = seedActivities(subjects, random);
  const customersSince = daysBefore(now, 400);
  const latest = latestActivities(subjects, customersSince);

  return {
    owners: seedOwners.map(({ id, name }) => ({
      id,
      name,
      email: `${id.slice("usr_".length)}@harbour-trading.example`,
      status: "active" as const,
      ...rowDates(customersSince),
    })),
    companies: sampleCompanies.map(({ currency: _, ...company }) => {
      const ref = company.id.replace("com_", "COMP-");
      return {
        ...company,
        ref,
        status: "active" as const,
        owner_id: ownerOf(company.id),
        last_activity_on: latest(company.id),
        ...searchColumns(company.name, ref, company.domain, company.city),
        ...rowDates(customersSince, latest(company.id)),
      };
    }),
    contacts: people.map((person) => ({
      ...person,
      email_key: person.email,
      status: "active" as const,
      owner_id: ownerOf(person.company_id),
      last_activity_on: latest(person.id),
      ...searchColumns(person.name, person.ref, person.email),
      ...rowDates(customersSince, latest(person.id)),
    })),
    leads: leads.map(({ created_on, ...lead }) => ({
      ...lead,
      owner_id: ownerOf(lead.company_id),
      ...searchColumns(lead.name, lead.ref),
      ...rowDates(created_on, lead.last_activity_on),
    })),
    deals: deals.map(({ created_on, lines: _lines, path: _path, ...deal }) => ({
      ...deal,
      pipeline_id: "sales",
      owner_id: ownerOf(deal.company_id),
      ...searchColumns(deal.name, deal.ref),
      ...rowDates(created_on, deal.last_activity_on),
    })),
    dealLines: deals.flatMap(({ id, lines }) =>
      lines.map((line, index) => ({ ...line, deal_id: id, position: index + 1 })),
    ),
    stageChanges: deals.flatMap(stageChanges),
    activities: activities.map((activity) => ({ ...activity, ...rowDates(activity.occurred_on) })),
    tasks: seedTasks(now).map((task) => {
      const done = task.outcome !== null;
      const company = deals.find(({ id }) => id === task.about_id)?.company_id;
      return {
        ...task,
        about_type: "deal" as const,
        assignee_id: company === undefined ? seedOwners[0].id : ownerOf(company),
        status: done ? ("done" as const) : ("open" as const),
        completed_at: done ? `${task.due_on}T15:30:00.000Z` : null,
        created_by: "user:owen",
        ...rowDates(daysBefore(now, 25), done ? task.due_on : undefined),
      };
    }),
  };
}

/** How a deal came to its stage: every move on the day it was made, but the last one. */
function stageChanges(deal: ReturnType<typeof seedDeals>[number]) {
  return deal.path.slice(1).map((stage, index) => {
    const last = index === deal.path.length - 2;
    return {
      id: `${deal.id.replace("deal_", "move_")}_${index + 1}`,
      deal_id: deal.id,
      from_stage: deal.path[index] ?? stage,
      to_stage: stage,
      reason: stage === "lost" ? deal.lost_reason : null,
      changed_by: userOf(deal.company_id),
      changed_at: `${last ? deal.last_activity_on : deal.created_on}T15:30:00.000Z`,
    };
  });
}

/** The day on which anything last happened with a company or a contact, from its leads and deals. */
function latestActivities(
  subjects: readonly { company_id: string; contact_id: string; last_activity_on: string }[],
  otherwise: string,
) {
  const days = new Map<string, string>();
  for (const { company_id, contact_id, last_activity_on } of subjects) {
    for (const id of [company_id, contact_id]) days.set(id, laterDay(days.get(id), last_activity_on));
  }
  return (id: string) => days.get(id) ?? otherwise;
}
