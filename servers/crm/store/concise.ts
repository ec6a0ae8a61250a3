import type { z } from "zod";
import type { recordSummary } from "../records.ts";

type Summary = z.input<typeof recordSummary>;

/** A record without what a list seldom needs: addresses, notes and the instants of its writing. */
export function concise(record: Summary): Summary {
  const { created_at: _created, updated_at: _updated, ...rest } = record;
  switch (rest.type) {
    case "company": {
      const {
        external_id: _id,
        country: _country,
        city: _city,
        language: _l,
        phone: _phone,
        ...shown
      } = rest;
      return shown;
    }
    case "contact": {
      const { phone: _phone, ...shown } = rest;
      return shown;
    }
    case "lead": {
      const { note: _note, closed_reason: _reason, ...shown } = rest;
      return shown;
    }
    case "deal": {
      const { contact: _contact, lead: _lead, lost_reason: _reason, ...shown } = rest;
      return shown;
    }
  }
}
