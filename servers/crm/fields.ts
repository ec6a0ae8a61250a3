import { z } from "zod";
import { mark } from "../../src/kit/mark.ts";
import { isOneLine, isPlainText } from "../../src/kit/plain-text.ts";

/** A text of one line: trimmed, not empty, without control characters. */
export function line(max: number) {
  return z.string().trim().min(1).max(max).refine(isOneLine, "must be one line of plain text");
}

/** A text that may have several lines. */
export function multiline(max: number) {
  return z.string().trim().min(1).max(max).refine(isPlainText, "must be plain text");
}

/** An id or a reference, as a caller names a record. */
export function recordKey(description: string) {
  return line(64).describe(description);
}

export const ownerKey = recordKey("Id of an owner, e.g. usr_nina. list_owners shows them all.");

export const phone = mark(line(40), "personal").describe("Telephone number as people write it.");

export const email = mark(
  z.string().trim().max(254).check(z.email("must be an email address such as maria@douro.example")),
  "personal",
).describe("Email address; letter case does not matter.");

export const expectedVersion = z
  .int()
  .min(1)
  .optional()
  .describe("The version you read; the call is refused as a CONFLICT when the record has changed since.");

export const version = z.int().describe("Grows by 1 with each change; pass it as expected_version.");

export const responseFormat = z.enum(["concise", "detailed"]);

/** Another record or person, by id and name. */
export function namedReference(of: string) {
  return z
    .strictObject({
      id: z.string().describe(`Id of the ${of}.`),
      name: z.string().describe(`Name of the ${of}.`),
    })
    .describe(`The ${of}.`);
}

/** The same where the name is a person's, or has one in it. */
export function personReference(of: string) {
  return namedReference(of)
    .extend({ name: mark(z.string(), "personal").describe(`Name of the ${of}.`) })
    .describe(`The ${of}.`);
}

export const recordTypes = ["company", "contact", "lead", "deal"] as const;

/** What a task or an activity is about. */
export const about = z
  .strictObject({
    type: z.enum(recordTypes).describe("Which kind of record it is."),
    id: z.string().describe("Id of the record."),
    ref: z.string().describe("Reference that people use, e.g. LEAD-0007."),
    name: mark(z.string(), "personal").describe("Name of the record, which may be a person's."),
  })
  .describe("The record that it is about.");
