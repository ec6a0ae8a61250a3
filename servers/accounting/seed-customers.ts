/** A customer of the sample company. */
export interface SeedCustomer {
  name: string;
  crmCompanyId: string;
  email: string;
  country: string;
  city: string;
  /** ISO 639-1: the language of its letters. */
  language: string;
  /** The British ones trade in sterling, all others in euros. */
  currency: "EUR" | "GBP";
  paymentTermsDays: number;
}

/** Name, first label of the domain (RFC 2606 keeps .example free), country, city, language. */
const rows = [
  ["Nordkai Shipyard", "nordkai-shipyard", "DE", "Bremerhaven", "de"],
  ["Baltic Ferry Lines", "baltic-ferry", "DE", "Rostock", "de"],
  ["Marina Port Lorient", "marina-lorient", "FR", "Lorient", "fr"],
  ["Atlantic Tug & Salvage", "atlantic-tug", "IE", "Cork", "en"],
  ["Coopérative des Pêcheurs de Sète", "pecheurs-sete", "FR", "Sète", "fr"],
  ["Holm Sailing School", "holm-sailing", "DK", "Aarhus", "en"],
  ["Port of Vlissingen Services", "vlissingen-port", "NL", "Vlissingen", "en"],
  ["De Vries Yachtbouw", "devries-yachtbouw", "NL", "Makkum", "en"],
  ["Cantieri Navali Ferro", "cantieri-ferro", "IT", "La Spezia", "en"],
  ["Astilleros Ría de Vigo", "astilleros-vigo", "ES", "Vigo", "en"],
  ["Harwich Chandlers", "harwich-chandlers", "GB", "Harwich", "en"],
  ["Clyde Workboats", "clyde-workboats", "GB", "Greenock", "en"],
  ["Solent Yacht Charter", "solent-charter", "GB", "Southampton", "en"],
  ["Falmouth Oyster Company", "falmouth-oyster", "GB", "Falmouth", "en"],
  ["Humber Pilots", "humber-pilots", "GB", "Hull", "en"],
  ["Galway Bay Aquaculture", "galway-aqua", "IE", "Galway", "en"],
  ["Skagen Havneservice", "skagen-havn", "DK", "Skagen", "en"],
  ["Bergen Offshore Supply", "bergen-offshore", "NO", "Bergen", "en"],
  ["Göteborg Båtvarv", "goteborg-batvarv", "SE", "Gothenburg", "en"],
  ["Turku Archipelago Cruises", "turku-cruises", "FI", "Turku", "en"],
  ["Tallinn Bay Marina", "tallinn-marina", "EE", "Tallinn", "en"],
  ["Riga Dredging", "riga-dredging", "LV", "Riga", "en"],
  ["Gdynia Ship Repair", "gdynia-repair", "PL", "Gdynia", "en"],
  ["Stralsund Segelmacher", "stralsund-segel", "DE", "Stralsund", "de"],
  ["Kieler Bootswerft", "kieler-bootswerft", "DE", "Kiel", "de"],
  ["Elbe Towage", "elbe-towage", "DE", "Hamburg", "de"],
  ["Cuxhaven Fischereihafen", "cuxhaven-fisch", "DE", "Cuxhaven", "de"],
  ["Frisia Wattfähren", "frisia-watt", "DE", "Norddeich", "de"],
  ["Texel Lifeboat Trust", "texel-lifeboat", "NL", "Den Helder", "en"],
  ["Rotterdam Barge Union", "rotterdam-barge", "NL", "Rotterdam", "en"],
  ["Oostende Windpark Crew", "oostende-wind", "BE", "Ostend", "en"],
  ["Zeebrugge Terminal Works", "zeebrugge-works", "BE", "Zeebrugge", "en"],
  ["Calais Lamanage", "calais-lamanage", "FR", "Calais", "fr"],
  ["Chantier Naval de Dieppe", "naval-dieppe", "FR", "Dieppe", "fr"],
  ["Voiles de Saint-Malo", "voiles-saint-malo", "FR", "Saint-Malo", "fr"],
  ["Brest Plaisance", "brest-plaisance", "FR", "Brest", "fr"],
  ["Ostréiculture du Bassin", "ostrea-bassin", "FR", "Arcachon", "fr"],
  ["Bayonne Remorquage", "bayonne-remorquage", "FR", "Bayonne", "fr"],
  ["Navegación Cantábrica", "nav-cantabrica", "ES", "Santander", "en"],
  ["Puerto Deportivo Gijón", "puerto-gijon", "ES", "Gijón", "en"],
  ["Conservas Mar de Arousa", "mar-arousa", "ES", "Vilagarcía", "en"],
  ["Estaleiros do Douro", "estaleiros-douro", "PT", "Porto", "en"],
  ["Marina de Cascais Azul", "cascais-azul", "PT", "Cascais", "en"],
  ["Algarve Dive Boats", "algarve-dive", "PT", "Lagos", "en"],
  ["Náutica Balear", "nautica-balear", "ES", "Palma", "en"],
  ["Vela Club Barcelona", "vela-barcelona", "ES", "Barcelona", "en"],
  ["Marseille Ship Stores", "marseille-stores", "FR", "Marseille", "fr"],
  ["Toulon Plongée Pro", "toulon-plongee", "FR", "Toulon", "fr"],
  ["Riviera Yacht Crew", "riviera-crew", "FR", "Antibes", "fr"],
  ["Porto Antico Charter", "porto-antico", "IT", "Genoa", "en"],
  ["Livorno Rimorchiatori", "livorno-rimorchi", "IT", "Livorno", "en"],
  ["Laguna Servizi Nautici", "laguna-servizi", "IT", "Venice", "en"],
  ["Trieste Cargo Lashing", "trieste-lashing", "IT", "Trieste", "en"],
  ["Split Island Ferries", "split-ferries", "HR", "Split", "en"],
  ["Piraeus Marine Stores", "piraeus-stores", "GR", "Piraeus", "en"],
  ["Aegean Sailing Holidays", "aegean-sailing", "GR", "Lavrio", "en"],
  ["Valletta Harbour Works", "valletta-works", "MT", "Valletta", "en"],
  ["Limassol Crew Supply", "limassol-crew", "CY", "Limassol", "en"],
  ["Orkney Ferry Trust", "orkney-ferry", "GB", "Kirkwall", "en"],
  ["Thames Rescue Boats", "thames-rescue", "GB", "Gravesend", "en"],
] as const;

/** The first 60 companies of the sample CRM, com_0001 to com_0060; every fifth pays within 14 days, the others 30. */
export const seedCustomers: readonly SeedCustomer[] = rows.map(
  ([name, label, country, city, language], index) => ({
    name,
    crmCompanyId: `com_${String(index + 1).padStart(4, "0")}`,
    email: `accounts@${label}.example`,
    country,
    city,
    language,
    currency: country === "GB" ? "GBP" : "EUR",
    paymentTermsDays: index % 5 === 4 ? 14 : 30,
  }),
);
