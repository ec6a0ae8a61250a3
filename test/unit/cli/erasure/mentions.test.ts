import { expect, it } from "vitest";
import { mentionsAny, type Term } from "../../../../src/cli/erasure/mentions.ts";

const id: Term = { what: "id", text: "con_0199abc" };
const reference: Term = { what: "reference", text: "CONT-0012" };
const email: Term = { what: "email", text: "mara@quay.example" };
const phone: Term = { what: "phone", text: "+33 1 23 45 67 89" };
const name: Term = { what: "name", text: "Zoë d'Arc" };

it.each<[Term, string, boolean]>([
  [id, '{"contact_id":"con_0199abc"}', true],
  [id, '{"contact_id":"con_0199abcd"}', false],
  [id, '{"key":"run_1/con_0199abc/x"}', true],
  [reference, '{"about":"cont-0012"}', true],
  [reference, '{"about":"CONT-00123"}', false],
  [email, '{"email":"MARA@quay.example"}', true],
  [email, '{"email":"tamara@quay.example"}', false],
  [email, '{"email":"mara@quay.example.org"}', false],
  [email, '{"text":"Write to mara@quay.example."}', true],
  [email, '{"text":"first line\\nmara@quay.example"}', true],
  [email, JSON.stringify({ text: JSON.stringify({ text: "a\nmara@quay.example" }) }), true],
  [phone, '{"phone":"+33123456789"}', true],
  [phone, '{"phone":"0033 (1) 23-45-67-89"}', true],
  [phone, '{"phone":"33.1.23.45.67.89"}', true],
  [phone, '{"number":331234567890}', false],
  [phone, '{"hash":"a33123456789b"}', false],
  [name, `{"name":"Zoë d'Arc"}`, true],
  [name, `{"name":"Zoë d'Arc"}`.normalize("NFD"), true],
  [name, `{"name":"Zoe\\u0308 d'Arc"}`, true],
  [name, JSON.stringify({ text: `{"name":"Zoë d'Arc"}` }), true],
  [name, `{"text":"Zoë d'Arcy called"}`, false],
  [{ what: "value", text: 'the "blue" boat' }, JSON.stringify({ note: 'sold THE "BLUE"  boat' }), true],
  [{ what: "value", text: "a.c" }, '{"note":"abc"}', false],
])("%o in %s: %s", (term, text, expected) => {
  expect(mentionsAny([term])(text)).toBe(expected);
});

it("finds nothing without a term", () => {
  expect(mentionsAny([])("anything")).toBe(false);
});
