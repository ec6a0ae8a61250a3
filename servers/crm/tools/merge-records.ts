import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line, recordKey, recordTypes } from "../fields.ts";
import { recordDetail } from "../records.ts";
import { mergeInto } from "../store/merge.ts";
import { checkMerge } from "../store/merge-rules.ts";
import { findRecord } from "../store/record-directory.ts";
import { showRecord } from "../store/record-view.ts";
import { sameNames } from "../store/same-names.ts";

const count = z.int().describe("How many now belong to the survivor.");

export const mergeRecordsTool = defineTool({
  name: "merge_records",
  title: "Merge two records",
  description:
    "Make two records of the same type one. Use it when both stand for the same company, person, lead or deal. " +
    "The survivor keeps its own values and takes over what it lacks; contacts, leads, deals, activities, tasks " +
    "and stage history of the duplicate become the survivor's, and the duplicate's id, ref, domain, external_id " +
    "and email lead to the survivor from then on. It cannot be undone. A won deal cannot be the duplicate; leads " +
    "and deals must be of one company. Repeating a merge changes nothing. Returns the survivor and what was " +
    "moved; amounts are in minor units, quantities whole units.",
  effect: "delete",
  input: z.strictObject({
    type: z.enum(recordTypes).describe("Which kind of record both are."),
    survivor_id: recordKey("The record that stays: its id, or its ref such as COMP-0007."),
    duplicate_id: recordKey("The record that is merged into it and then leads to it: its id, or its ref."),
    reason: line(500).optional().describe("How you know that they are the same; kept with the merge."),
    expected_version: expectedVersion.describe(
      "The version of the survivor that you read; refused as a CONFLICT when it has changed since.",
    ),
    duplicate_expected_version: expectedVersion.describe(
      "The version of the duplicate that you read; refused as a CONFLICT when it has changed since.",
    ),
  }),
  output: z.strictObject({
    record: recordDetail.describe("The survivor."),
    already_merged: z.boolean().describe("true: they were one record before this call, and nothing changed."),
    moved: z
      .strictObject({ contacts: count, leads: count, deals: count, activities: count, tasks: count })
      .describe("What of the duplicate is now the survivor's."),
    filled: z.array(z.string()).describe("Fields that the survivor took over from the duplicate."),
    possible_duplicates: z
      .array(
        z.strictObject({
          type: z.enum(recordTypes).describe("Which kind of record they are."),
          name: mark(z.string(), "personal").describe("The name that they share."),
          refs: z.array(z.string()).describe("Their references."),
        }),
      )
      .describe("Contacts, open leads and open deals of the company that are now called the same."),
  }),
  facts: z.strictObject({
    type: z.enum(recordTypes),
    survivor_owner_id: z.string(),
    survivor_status: z.string(),
    duplicate_owner_id: z.string(),
    duplicate_status: z.string(),
  }),
  async resource({ type, survivor_id, duplicate_id }, call) {
    const survivor = await findRecord(call, survivor_id, type);
    const duplicate = await findRecord(call, duplicate_id, type);
    return {
      type,
      survivor_owner_id: survivor.owner_id,
      survivor_status: survivor.status,
      duplicate_owner_id: duplicate.owner_id,
      duplicate_status: duplicate.status,
    };
  },
  async handler(input, call) {
    const survivor = await findRecord(call, input.survivor_id, input.type);
    const duplicate = await findRecord(call, input.duplicate_id, input.type);
    const nothing = { contacts: 0, leads: 0, deals: 0, activities: 0, tasks: 0 };
    if (survivor.id === duplicate.id && survivor.redirected_from && !duplicate.redirected_from) {
      throw new RingmainError(
        "CONFLICT",
        `${survivor.redirected_from.ref} was merged into ${survivor.ref} before, so it cannot survive.`,
        { hint: `${survivor.ref} is the record of both; a merge cannot be undone.` },
      );
    }
    if (survivor.id === duplicate.id && (survivor.redirected_from || duplicate.redirected_from)) {
      const record = await showRecord(call, survivor);
      return { record, already_merged: true, moved: nothing, filled: [], possible_duplicates: [] };
    }
    if (duplicate.redirected_from !== undefined) {
      throw new RingmainError(
        "STATE_INVALID",
        `${duplicate.redirected_from.ref} was merged into ${duplicate.ref} before.`,
        { hint: `To merge that one too, pass ${duplicate.ref} as duplicate_id.` },
      );
    }
    checkMerge(survivor, duplicate);
    for (const [one, expected] of [
      [survivor, input.expected_version],
      [duplicate, input.duplicate_expected_version],
    ] as const) {
      const record = await showRecord(call, one);
      expectVersion({ name: one.ref, record, expected, readBy: "get_record" });
    }
    const merged = await mergeInto(call, survivor, duplicate, input.reason);
    const { company_id } = await findRecord(call, survivor.id);
    return {
      record: await showRecord(call, survivor),
      already_merged: false,
      ...merged,
      possible_duplicates: company_id === null ? [] : await sameNames(call, company_id),
    };
  },
});
