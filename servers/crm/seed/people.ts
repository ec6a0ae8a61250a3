import type { SampleCompany } from "../../sample/companies.ts";
import { foldText } from "../store/search-text.ts";
import { fourDigits } from "./days.ts";
import type { SeededRandom } from "./random.ts";

/** The sales team of the sample company. Owen leads it and has no leads of his own. */
export const seedOwners = [
  { id: "usr_nina", name: "Nina Vogel" },
  { id: "usr_tomas", name: "Tomás Rivas" },
  { id: "usr_amira", name: "Amira Haddad" },
  { id: "usr_owen", name: "Owen Price" },
] as const;

const regions: Readonly<Record<string, readonly string[]>> = {
  usr_nina: ["DE", "NL", "BE", "DK", "NO", "SE", "FI", "EE", "LV", "PL"],
  usr_tomas: ["ES", "PT", "IT", "HR", "GR", "MT", "CY"],
  usr_amira: ["FR", "GB", "IE"],
};

/** Who looks after the customers of a country. */
export function ownerOfCountry(country: string): string {
  const [id] = Object.entries(regions).find(([, countries]) => countries.includes(country)) ?? [];
  return id ?? "usr_owen";
}

type Names = readonly [string, ...string[]];
interface NamePool {
  first: Names;
  last: Names;
}

const german: NamePool = {
  first: ["Anke", "Jens", "Katrin", "Malte", "Silke", "Torben", "Ute", "Hauke"],
  last: ["Petersen", "Brandt", "Lüders", "Hinrichs", "Matthiesen", "Krüger", "Behrens", "Wulff"],
};
const french: NamePool = {
  first: ["Camille", "Yann", "Hélène", "Loïc", "Sophie", "Erwan", "Margaux", "Thierry"],
  last: ["Le Goff", "Morvan", "Lefèvre", "Kerdoncuff", "Garnier", "Tanguy", "Roussel", "Bonnet"],
};
const british: NamePool = {
  first: ["Fiona", "Callum", "Harriet", "Declan", "Morag", "Rhys", "Siobhan", "Graham"],
  last: ["MacLeod", "Pascoe", "O'Driscoll", "Whitby", "Penhaligon", "Llewellyn", "Hartley", "Kerr"],
};
const dutch: NamePool = {
  first: ["Marieke", "Sander", "Femke", "Joost", "Anouk", "Wout", "Liesbeth", "Bram"],
  last: ["de Vries", "van Dam", "Hoekstra", "Verbeke", "Visser", "Claes", "Dijkstra", "Mertens"],
};
const nordic: NamePool = {
  first: ["Ingrid", "Lars", "Solveig", "Mikkel", "Astrid", "Henrik", "Aino", "Nils"],
  last: ["Holm", "Lindqvist", "Haugen", "Kjær", "Virtanen", "Sandberg", "Dahl", "Nyström"],
};
const baltic: NamePool = {
  first: ["Kadri", "Andris", "Agnieszka", "Martin", "Ilze", "Piotr", "Liis", "Marek"],
  last: ["Tamm", "Ozols", "Nowak", "Kask", "Bērziņš", "Wójcik", "Saar", "Zieliński"],
};
const iberian: NamePool = {
  first: ["Maria", "Iago", "Lucía", "Joana", "Xabier", "Carmen", "Rui", "Nuria"],
  last: ["Silva", "Castro", "Figueroa", "Pereira", "Soler", "Otero", "Marques", "Ferrer"],
};
const southern: NamePool = {
  first: ["Giulia", "Marco", "Eleni", "Nikos", "Chiara", "Luka", "Despina", "Paolo"],
  last: ["Ferrari", "Costa", "Papadakis", "Marinović", "Zammit", "Parodi", "Georgiou", "Vianello"],
};

const pools: Readonly<Record<string, NamePool>> = {
  DE: german,
  FR: french,
  GB: british,
  IE: british,
  NL: dutch,
  BE: dutch,
  DK: nordic,
  NO: nordic,
  SE: nordic,
  FI: nordic,
  EE: baltic,
  LV: baltic,
  PL: baltic,
  ES: iberian,
  PT: iberian,
};

const jobTitles = [
  ["Purchasing manager", "Fleet manager", "Owner", "Operations manager", "Harbour master"],
  ["Chief engineer", "Quartermaster", "Bosun", "Accounts payable", "Workshop foreman"],
] as const;

/** Two people of each company: `con_0001` and `con_0002` work for `com_0001`, and so on. */
export function seedPeople(companies: readonly SampleCompany[], random: SeededRandom) {
  return companies.flatMap((company, companyIndex) => {
    const pool = pools[company.country] ?? southern;
    const firstIndex = random.integer(0, pool.first.length - 1);
    return jobTitles.map((titles, index) => {
      // another first name than the colleague has
      const first = pool.first[(firstIndex + index * 3) % pool.first.length] ?? pool.first[0];
      const last = random.pick(pool.last);
      const mailbox = foldText(`${first}.${last}`).replaceAll(/[^a-z.]/g, "");
      const number = companyIndex * 2 + index + 1;
      return {
        id: `con_${fourDigits(number)}`,
        ref: `CONT-${fourDigits(number)}`,
        name: `${first} ${last}`,
        email: `${mailbox}@${company.domain}`,
        job_title: random.pick(titles),
        company_id: company.id,
      };
    });
  });
}
