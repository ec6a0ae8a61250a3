/** A supplier of the sample company, by the key that the items below name. */
export interface SampleSupplier {
  external_id: string;
  name: string;
  email: string;
  phone: string;
  country: string;
}

export const sampleSuppliers: readonly SampleSupplier[] = [
  {
    external_id: "ROPES",
    name: "Ropewerk Bremen GmbH",
    email: "orders@ropewerk-bremen.example",
    phone: "+49 421 555 0141",
    country: "Germany",
  },
  {
    external_id: "FENDERS",
    name: "Finch & Marlow Fenders Ltd",
    email: "sales@finchmarlow.example",
    phone: "+353 1 555 0118",
    country: "Ireland",
  },
  {
    external_id: "STEEL",
    name: "Acciaio Nautico Srl",
    email: "ordini@acciaionautico.example",
    phone: "+39 010 555 0173",
    country: "Italy",
  },
  {
    external_id: "ANCHORS",
    name: "Van Dijk Ankers en Kettingen BV",
    email: "verkoop@vandijkankers.example",
    phone: "+31 10 555 0126",
    country: "Netherlands",
  },
  {
    external_id: "SAFETY",
    name: "Seguridad Marítima Vigo SA",
    email: "pedidos@segmarvigo.example",
    phone: "+34 986 555 019",
    country: "Spain",
  },
  {
    external_id: "PAINT",
    name: "Nordlys Marinemaling AS",
    email: "ordre@nordlysmaling.example",
    phone: "+47 22 55 01 37",
    country: "Norway",
  },
];

export interface SampleItem {
  sku: string;
  name: string;
  unit: string;
  /** `external_id` of its supplier. */
  supplier: string;
  /** Euro cents. */
  cost: number;
  reorderPoint: number;
  /** Units on hand, over all locations, at the end of the sample year. */
  onHand: number;
  discontinued?: boolean;
}

type Row = readonly [sku: string, name: string, cost: number, reorderPoint: number, onHand: number];

function group(supplier: string, unit: string, rows: readonly Row[]): SampleItem[] {
  return rows.map(([sku, name, cost, reorderPoint, onHand]) => ({
    sku,
    name,
    unit,
    supplier,
    cost,
    reorderPoint,
    onHand,
  }));
}

/** The first 30 SKUs are fixed: deals of the sample CRM sell them. All of them are well in stock. */
const soldInDeals: readonly SampleItem[] = [
  ...group("ROPES", "coil", [
    ["ROPE-08", "Polyester rope, 3-strand, 8 mm, coil of 200 m", 15500, 15, 72],
    ["ROPE-10", "Polyester rope, 3-strand, 10 mm, coil of 200 m", 21000, 15, 64],
    ["ROPE-12", "Polyester rope, 3-strand, 12 mm, coil of 200 m", 29300, 20, 95],
    ["ROPE-16", "Polyester rope, 3-strand, 16 mm, coil of 200 m", 48500, 12, 48],
    ["ROPE-20", "Polyester rope, 8-strand, 20 mm, coil of 200 m", 75000, 10, 36],
    ["ROPE-24", "Polyester rope, 8-strand, 24 mm, coil of 200 m", 105000, 8, 27],
  ]),
  ...group("FENDERS", "piece", [
    ["FEND-S", "Cylindrical fender, small, 15 × 58 cm", 1450, 30, 118],
    ["FEND-M", "Cylindrical fender, medium, 22 × 74 cm", 2380, 40, 164],
    ["FEND-L", "Cylindrical fender, large, 30 × 94 cm", 4260, 25, 92],
    ["FEND-XL", "Cylindrical fender, extra large, 45 × 134 cm", 9850, 10, 38],
  ]),
  ...group("STEEL", "piece", [
    ["SHAC-06", "Bow shackle, stainless 316, 6 mm", 390, 80, 340],
    ["SHAC-08", "Bow shackle, stainless 316, 8 mm", 560, 80, 310],
    ["SHAC-10", "Bow shackle, stainless 316, 10 mm", 820, 80, 296],
    ["SHAC-12", "Bow shackle, stainless 316, 12 mm", 1240, 60, 214],
    ["SHAC-16", "Bow shackle, stainless 316, 16 mm", 2350, 30, 108],
  ]),
  ...group("ANCHORS", "piece", [
    ["ANCH-05", "Plough anchor, galvanised, 5 kg", 3900, 12, 46],
    ["ANCH-10", "Plough anchor, galvanised, 10 kg", 6800, 12, 44],
    ["ANCH-15", "Plough anchor, galvanised, 15 kg", 9700, 10, 35],
    ["ANCH-25", "Plough anchor, galvanised, 25 kg", 15800, 6, 22],
  ]),
  ...group("ANCHORS", "metre", [
    ["CHAIN-06", "Anchor chain, galvanised, 6 mm", 340, 150, 610],
    ["CHAIN-08", "Anchor chain, galvanised, 8 mm", 520, 150, 580],
    ["CHAIN-10", "Anchor chain, galvanised, 10 mm", 790, 120, 430],
  ]),
  ...group("STEEL", "piece", [
    ["CLEAT-S", "Deck cleat, stainless, 150 mm", 980, 40, 152],
    ["CLEAT-M", "Deck cleat, stainless, 200 mm", 1560, 40, 148],
    ["CLEAT-L", "Deck cleat, stainless, 300 mm", 2890, 25, 86],
  ]),
  ...group("SAFETY", "piece", [
    ["LIFE-CH", "Life jacket, child, 100 N", 2450, 30, 112],
    ["LIFE-AD", "Life jacket, adult, 150 N", 3680, 50, 195],
    ["LIFE-PRO", "Life jacket, automatic, 275 N", 12900, 20, 74],
    ["FLARE-HH", "Hand flare, red", 1120, 60, 238],
    ["FLARE-PAR", "Parachute flare, red", 2760, 40, 146],
  ]),
];

const others: readonly SampleItem[] = [
  ...group("ROPES", "metre", [
    ["ROPE-06", "Polyester rope, 3-strand, 6 mm", 60, 250, 1120],
    ["ROPE-14", "Polyester rope, 3-strand, 14 mm", 205, 200, 810],
    ["ROPE-28", "Polyester rope, 8-strand, 28 mm", 620, 100, 80],
    ["DYN-08", "HMPE rope, 12-strand, 8 mm", 390, 120, 460],
    ["DYN-12", "HMPE rope, 12-strand, 12 mm", 780, 100, 390],
    ["ELAS-08", "Shock cord, 8 mm", 95, 200, 760],
  ]),
  ...group("ROPES", "piece", [
    ["MOOR-10", "Mooring line with spliced eye, 10 m", 3250, 15, 58],
    ["MOOR-15", "Mooring line with spliced eye, 15 m", 4850, 12, 7],
    ["MOOR-20", "Mooring line with spliced eye, 20 m", 6450, 10, 37],
    ["TOW-50", "Towing line, floating, 50 m", 11800, 4, 15],
    ["HEAV-25", "Heaving line with monkey's fist, 25 m", 2150, 10, 41],
  ]),
  ...group("FENDERS", "piece", [
    ["FEND-FLAT", "Flat fender, foam, 46 × 46 cm", 1980, 15, 61],
    ["FEND-D100", "D-section quay fender, rubber, 100 mm, 1 m", 5400, 20, 82],
    ["FEND-COR", "Corner fender, dock", 3150, 12, 47],
    ["FEND-HOOK", "Fender hook, rail", 640, 40, 166],
    ["FEND-PUMP", "Fender pump with gauge", 2240, 6, 23],
    ["BUOY-A2", "Marker buoy, 40 cm", 2790, 15, 57],
    ["BUOY-A4", "Marker buoy, 60 cm", 5280, 8, 31],
  ]),
  ...group("STEEL", "piece", [
    ["WINCH-16", "Self-tailing winch, size 16", 18900, 3, 2],
    ["TURN-08", "Turnbuckle, stainless, M8", 1090, 25, 94],
    ["TURN-10", "Turnbuckle, stainless, M10", 1480, 20, 18],
    ["BOLL-S", "Mooring bollard, cast, small", 4200, 10, 6],
    ["BOLL-L", "Mooring bollard, cast, large", 11600, 4, 16],
    ["RING-100", "Mooring ring with plate, 100 mm", 1350, 25, 97],
    ["PAD-EYE", "Pad eye, stainless, 10 mm", 460, 60, 250],
    ["SNAP-10", "Snap hook, stainless, 100 mm", 720, 50, 205],
    ["THIM-12", "Rope thimble, stainless, 12 mm", 180, 100, 420],
    ["SWIV-10", "Swivel, stainless, 10 mm", 1680, 20, 78],
  ]),
  ...group("ANCHORS", "piece", [
    ["ANCH-FOLD", "Folding anchor, 4 kg", 2150, 12, 48],
    ["ANCH-SWV", "Anchor swivel, stainless, 8 to 10 mm", 4950, 8, 30],
    ["CHAIN-HOOK", "Chain hook with bridle", 3890, 8, 29],
    ["ANODE-H", "Hull anode, zinc, 2 kg", 1870, 30, 121],
    ["ANODE-S", "Shaft anode, zinc, 30 mm", 940, 30, 118],
  ]),
  ...group("ANCHORS", "metre", [["CHAIN-12", "Anchor chain, galvanised, 12 mm", 1120, 60, 24]]),
  ...group("SAFETY", "piece", [
    ["EPIRB-1", "Emergency position beacon, category 2", 21500, 2, 1],
    ["LAMP-LED", "Navigation light, LED, tricolour", 3450, 15, 15],
    ["RING-LIFE", "Lifebuoy ring, 75 cm", 4680, 10, 39],
    ["LADR-5", "Boarding ladder, five steps", 7900, 5, 19],
    ["EXT-2", "Fire extinguisher, powder, 2 kg", 3120, 20, 83],
    ["AID-KIT", "First aid kit, offshore", 5650, 8, 33],
    ["HORN-GAS", "Signal horn, gas", 1290, 20, 76],
    ["HARN-2", "Safety harness with two hooks", 6240, 8, 30],
  ]),
  ...group("PAINT", "piece", [
    ["ANTIF-25", "Antifouling, self-polishing, red, 2.5 l", 6400, 15, 9],
    ["ANTIF-75", "Antifouling, hard, black, 0.75 l", 2480, 20, 79],
    ["EPOXY-1", "Epoxy filler, two parts, 1 kg", 2850, 12, 10],
    ["PRIME-2", "Epoxy primer, 2 l", 4170, 12, 45],
    ["VARN-1", "Marine varnish, UV, 1 l", 2690, 15, 58],
    ["SEAL-PU", "Polyurethane sealant, white, 310 ml", 890, 40, 170],
    ["CLEAN-5", "Hull cleaner, 5 l", 2340, 10, 42],
  ]),
  {
    sku: "OILS-XL",
    name: "Oilskin jacket, old model, XL",
    unit: "piece",
    supplier: "SAFETY",
    cost: 4900,
    reorderPoint: 5,
    onHand: 2,
    discontinued: true,
  },
];

/** The 80 items of the sample company. Nine of them end at or below their reorder point (see seed.ts). */
export const sampleItems: readonly SampleItem[] = [...soldInDeals, ...others];
