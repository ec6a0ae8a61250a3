import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";

/** A type of Cedar's that a JSON Schema maps to. */
export type CedarType =
  | { kind: "String" | "Long" | "Boolean" }
  | { kind: "Set"; element: CedarType }
  | CedarRecord;

export interface CedarRecord {
  kind: "Record";
  /** The properties that policies can use. */
  fields: ReadonlyMap<string, CedarField>;
  /** Every property that the JSON Schema declares, those left out of `fields` too. */
  declared: ReadonlySet<string>;
  /** Whether the JSON Schema forbids all others. */
  closed: boolean;
}

export interface CedarField {
  type: CedarType;
  /** Whether it is in every request. Otherwise a policy must test for it with `has`. */
  required: boolean;
  /** Whether JSON null may stand for its absence. */
  nullable: boolean;
  /** The schema's default, which stands in for a missing value. */
  fallback?: CedarValueJson | undefined;
}
