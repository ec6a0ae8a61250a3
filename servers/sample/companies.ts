/** A customer of the sample company. */
export interface SampleCompany {
  id: string;
  name: string;
  /** Registrable domain, under a top-level domain that RFC 2606 keeps free for examples. */
  domain: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  city: string;
  /** ISO 639-1: the language of its letters. */
  language: string;
  /** The British ones trade in sterling, all others in euros. */
  currency: "EUR" | "GBP";
}

/** Name, first label of the domain, country, city, language. */
const rows = [
  ["Nordkai Shipyard", "nordkai-shipyard", "DE", "Bremerhaven", "de"],
  ["Baltic Ferry Lines", "baltic-ferry", "DE", "Rostock", "de"],
  ["Marina Port Lorient", "marina-lorient", "FR", "Lorient", "fr"],
  ["Atlantic Tug & Salvage", "atlantic-tug", "IE", "Cork", "en"],
  ["Coopérative des Pêcheurs de Sète", "pecheurs-sete", "FR", "Sète", "fr"],
  ["Holm Sailing School", "holm-sailing", "DK", "Aarhus", "en"],
  ["Port of Vlissingen Services", "vlissingen-port", "NL", "Vlissingen", "nl"],
  ["De Vries Yachtbouw", "devries-yachtbouw", "NL", "Makkum", "nl"],
  ["Cantieri Navali Ferro", "cantieri-ferro", "IT", "La Spezia", "it"],
  ["Astilleros Ría de Vigo", "astilleros-vigo", "ES", "Vigo", "es"],
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
  ["Texel Lifeboat Trust", "texel-lifeboat", "NL", "Den Helder", "nl"],
  ["Rotterdam Barge Union", "rotterdam-barge", "NL", "Rotterdam", "nl"],
  ["Oostende Windpark Crew", "oostende-wind", "BE", "Ostend", "nl"],
  ["Zeebrugge Terminal Works", "zeebrugge-works", "BE", "Zeebrugge", "nl"],
  ["Calais Lamanage", "calais-lamanage", "FR", "Calais", "fr"],
  ["Chantier Naval de Dieppe", "naval-dieppe", "FR", "Dieppe", "fr"],
  ["Voiles de Saint-Malo", "voiles-saint-malo", "FR", "Saint-Malo", "fr"],
  ["Brest Plaisance", "brest-plaisance", "FR", "Brest", "fr"],
  ["Ostréiculture du Bassin", "ostrea-bassin", "FR", "Arcachon", "fr"],
  ["Bayonne Remorquage", "bayonne-remorquage", "FR", "Bayonne", "fr"],
  ["Navegación Cantábrica", "nav-cantabrica", "ES", "Santander", "es"],
  ["Puerto Deportivo Gijón", "puerto-gijon", "ES", "Gijón", "es"],
  ["Conservas Mar de Arousa", "mar-arousa", "ES", "Vilagarcía", "es"],
  ["Estaleiros do Douro", "estaleiros-douro", "PT", "Porto", "en"],
  ["Marina de Cascais Azul", "cascais-azul", "PT", "Cascais", "en"],
  ["Algarve Dive Boats", "algarve-dive", "PT", "Lagos", "en"],
  ["Náutica Balear", "nautica-balear", "ES", "Palma", "es"],
  ["Vela Club Barcelona", "vela-barcelona", "ES", "Barcelona", "es"],
  ["Marseille Ship Stores", "marseille-stores", "FR", "Marseille", "fr"],
  ["Toulon Plongée Pro", "toulon-plongee", "FR", "Toulon", "fr"],
  ["Riviera Yacht Crew", "riviera-crew", "FR", "Antibes", "fr"],
  ["Porto Antico Charter", "porto-antico", "IT", "Genoa", "it"],
  ["Livorno Rimorchiatori", "livorno-rimorchi", "IT", "Livorno", "it"],
  ["Laguna Servizi Nautici", "laguna-servizi", "IT", "Venice", "it"],
  ["Trieste Cargo Lashing", "trieste-lashing", "IT", "Trieste", "it"],
  ["Split Island Ferries", "split-ferries", "HR", "Split", "en"],
  ["Piraeus Marine Stores", "piraeus-stores", "GR", "Piraeus", "en"],
  ["Aegean Sailing Holidays", "aegean-sailing", "GR", "Lavrio", "en"],
  ["Valletta Harbour Works", "valletta-works", "MT", "Valletta", "en"],
  ["Limassol Crew Supply", "limassol-crew", "CY", "Limassol", "en"],
  ["Orkney Ferry Trust", "orkney-ferry", "GB", "Kirkwall", "en"],
  ["Thames Rescue Boats", "thames-rescue", "GB", "Gravesend", "en"],
  ["Cardigan Bay Fishing", "cardigan-fishing", "GB", "Aberystwyth", "en"],
  ["Belfast Lough Marina", "belfast-marina", "GB", "Bangor", "en"],
  ["Mersey Mooring Company", "mersey-mooring", "GB", "Liverpool", "en"],
  ["Channel Islands Chandlery", "channel-chandlery", "GB", "St Helier", "en"],
] as const;

/** The 64 companies of the sample workspace, `com_0001` to `com_0064`; the seeds of all servers use the same ids. */
export const sampleCompanies: readonly SampleCompany[] = rows.map(
  ([name, label, country, city, language], index) => ({
    id: `com_${String(index + 1).padStart(4, "0")}`,
    name,
    domain: `${label}.example`,
    country,
    city,
    language,
    currency: country === "GB" ? "GBP" : "EUR",
  }),
);
