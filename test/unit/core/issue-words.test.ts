import { expect, it } from "vitest";
import { z } from "zod";
import { issueWords } from "../../../src/core/issue-words.ts";

const cases: [z.ZodType, unknown, string][] = [
  [z.string(), 5, "must be text"],
  [z.string().min(1), "", "must not be empty"],
  [z.string().min(3), "a", "must have at least 3 characters"],
  [z.string().length(3), "a", "must have exactly 3 characters"],
  [z.string().max(2), "abc", "must have at most 2 characters"],
  [z.string().regex(/^a$/), "b", "must have the form /^a$/"],
  [z.string().regex(/^a$/, "must be the letter a"), "b", "must be the letter a"],
  [z.int(), 1.5, "must be a whole number"],
  [z.int().min(1), 0, "must be at least 1"],
  [z.int().max(100), 101, "must be at most 100"],
  [z.number().positive(), 0, "must be more than 0"],
  [z.number().lt(5), 5, "must be less than 5"],
  [z.number().multipleOf(5), 3, "must be a multiple of 5"],
  [z.boolean(), "yes", "must be true or false"],
  [z.array(z.string()).min(1), [], "must not be empty"],
  [z.array(z.string()).max(1), ["a", "b"], "must have at most 1 entries"],
  [z.enum(["open", "paid"]), "late", "must be one of open, paid"],
  [z.literal("yes"), "no", "must be yes"],
  [z.iso.date(), "yesterday", "must be a day such as 2026-11-02"],
  [z.iso.datetime(), "noon", "must be an instant such as 2026-11-02T08:00:00Z"],
  [z.email(), "nobody", "must be an e-mail address"],
  [z.union([z.string(), z.int()]), true, "has none of the forms that it may have"],
  [z.strictObject({}), { x: 1 }, "there is no x here"],
  [z.string().refine((text) => text === "a", "must be a here"), "b", "must be a here"],
];

it.each(cases)("tells what a value must be: %#", (schema, value, words) => {
  expect(schema.safeParse(value).error?.issues.map(issueWords)).toEqual([words]);
});
