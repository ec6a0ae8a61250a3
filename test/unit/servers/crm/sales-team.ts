import { definition } from "../../../../servers/crm/definition.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";

/** A CRM with two owners, Nina and Tomás, and nothing else. */
export async function salesTeam() {
  const crm = await toolHarness(definition);
  const nina = await crm.call("upsert_owner", { name: "Nina Vogel", email: "nina@harbour.example" });
  const tomas = await crm.call("upsert_owner", { name: "Tomás Rivas", email: "tomas@harbour.example" });
  return { crm, nina: String(nina.id), tomas: String(tomas.id) };
}

/** Adds a company and a deal in the first stage with it. */
export async function withDeal(crm: Awaited<ReturnType<typeof salesTeam>>["crm"]) {
  const company = await crm.call("upsert_company", { name: "Clyde Workboats", domain: "clyde.example" });
  const deal = await crm.call("create_deal", {
    name: "Fenders",
    company_id: company.ref,
    amount: { minor: 250_000, currency: "GBP" },
  });
  return { company, deal };
}

/** The code, message and hint of the error that a call ends with. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (error instanceof RingmainError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error("the call was not refused");
}

/** A pipeline of one open stage. */
export const smallPipeline = {
  id: "renewals",
  name: "Renewals",
  stages: [
    { stage: "due", name: "Due", status: "open", probability_percent: 60, allowed_next: ["won", "lost"] },
    { stage: "won", name: "Renewed", status: "won", probability_percent: 100, allowed_next: [] },
    { stage: "lost", name: "Left", status: "lost", probability_percent: 0, allowed_next: ["due"] },
  ],
};
