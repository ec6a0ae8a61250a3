import type { z } from "zod";
import { type Mark, marksKeyword } from "../core/marks.ts";

/**
 * Marks a field in its schema. The published JSON Schema says so too (`x-marks`), which is where policies read it. A
 * field that a mask may hide is optional, nullable, a list, or a text that may be "[masked]".
 */
export function mark<Schema extends z.ZodType>(schema: Schema, ...marks: readonly Mark[]): Schema {
  return schema.meta({ [marksKeyword]: marks });
}
