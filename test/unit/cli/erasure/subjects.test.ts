import { expect, it } from "vitest";
import { findSubject, givenTerms } from "../../../../src/cli/erasure/subjects.ts";
import { addContact, erasableTrail } from "../../../fixtures/erasure/erasable-trail.ts";

const mara = {
  id: "con_2",
  ref: "CONT-0002",
  name: "Mara Quay",
  email: "mara@quay.example",
  phone: "+33 1 23 45 67 89",
};

it("knows a contact by all that the CRM has of it, and by what was merged into it", async () => {
  using trail = await erasableTrail();
  const { database } = trail;
  addContact(database, mara);
  const snapshot = JSON.stringify({
    ref: "CONT-0001",
    name: "M. Quay",
    email: "(erased)",
    phone: "12",
    version: 3,
  });
  database.exec(`INSERT INTO crm_merge (id, type, from_id, from_ref, from_name, into_id, snapshot, merged_by, merged_at)
    VALUES ('mrg_1', 'contact', 'con_1', 'CONT-0001', 'M. Quay', 'con_2', '${snapshot}', 'user:maria', '2026');
    INSERT INTO crm_alias VALUES ('email', 'old@quay.example', 'con_2')`);
  const subject = {
    name: "contact:con_2",
    record: { table: "crm_contact", id: "con_2" },
    terms: [
      { what: "id", text: "con_2" },
      { what: "reference", text: "CONT-0002" },
      { what: "email", text: "mara@quay.example" },
      { what: "phone", text: "+33 1 23 45 67 89" },
      { what: "name", text: "Mara Quay" },
      { what: "id", text: "con_1" },
      { what: "reference", text: "CONT-0001" },
      // neither a phone number of two digits nor what stands for an erased address identifies anybody
      { what: "name", text: "M. Quay" },
      { what: "email", text: "old@quay.example" },
    ],
  };
  for (const named of ["contact:con_2", "contact:cont-0002", "contact:con_1", "contact:CONT-0001"])
    expect(findSubject(database, named)).toEqual(subject);
});

it("knows one whose record is gone by its id, and nobody by a reference that nothing has", async () => {
  using trail = await erasableTrail();
  const { database } = trail;
  expect(findSubject(database, "customer:cus_gone")).toEqual({
    name: "customer:cus_gone",
    terms: [{ what: "id", text: "cus_gone" }],
  });
  // a workspace without inventory has no such table
  expect(findSubject(database, "supplier:sup_1").terms).toHaveLength(1);
  expect(() => findSubject(database, "contact:CONT-0404")).toThrow(
    expect.objectContaining({ code: "NOT_FOUND" }),
  );
  expect(() => trail.plan({ subject: "customer:cus_gone" })).toThrow(
    expect.objectContaining({ code: "NOT_FOUND" }),
  );
  await trail.record({ payload: { result: '{"id":"cus_gone"}' } });
  const plan = trail.plan({ subject: "customer:cus_gone" });
  expect(plan.seqs).toEqual([1]);
  await trail.erase(plan);
  // the same command again finds nothing left, which is no error
  expect(trail.plan({ subject: "customer:cus_gone" }).seqs).toEqual([]);
});

it.each(["contact", "contact:", "robot:r2", "constructor:x", "contact:mara@quay.example", "contact:a b", ""])(
  '"%s" names no subject',
  async (named) => {
    using trail = await erasableTrail();
    expect(() => findSubject(trail.database, named)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID" }),
    );
  },
);

it("refuses to search for what stands everywhere", () => {
  expect(() => givenTerms(["  a "])).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  expect(givenTerms([" Rue du Port "])).toEqual([{ what: "value", text: "Rue du Port" }]);
});
