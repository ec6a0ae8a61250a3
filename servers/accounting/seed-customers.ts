import { sampleCompanies } from "../sample/companies.ts";

/** A customer of the sample company. */
export interface SeedCustomer {
  name: string;
  crmCompanyId: string;
  email: string;
  country: string;
  city: string;
  /** ISO 639-1: the language of its letters. */
  language: string;
  currency: "EUR" | "GBP";
  paymentTermsDays: number;
}

/** The first 60 of the sample companies; every fifth pays within 14 days, the others 30. */
export const seedCustomers: readonly SeedCustomer[] = sampleCompanies
  .slice(0, 60)
  .map(({ id, name, domain, country, city, language, currency }, index) => ({
    name,
    crmCompanyId: id,
    email: `accounts@${domain}`,
    country,
    city,
    language,
    currency,
    paymentTermsDays: index % 5 === 4 ? 14 : 30,
  }));
