import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { uriTemplate } from "../../../src/kit/uri-template.ts";

describe("a URI template", () => {
  it.each([
    ["crm://deal/{id}", "crm://deal/DEAL-0031", { id: "DEAL-0031" }],
    ["crm://deal/{id}", "crm://deal/a%2Fb%20c", { id: "a/b c" }],
    ["crm://pipelines", "crm://pipelines", {}],
    ["inv://stock/{sku}/{location}", "inv://stock/A/MAIN", { sku: "A", location: "MAIN" }],
    ["crm://deal/{id}", "crm://deal/", undefined],
    ["crm://deal/{id}", "crm://deal/a/b", undefined],
    ["crm://deal/{id}", "crm://deal/a?b", undefined],
    ["crm://deal/{id}", "crm://deal/%", undefined],
    ["crm://deal/{id}", "CRM://deal/a", undefined],
    ["a://b.c", "a://bxc", undefined],
    ["crm://deal/{id}", `crm://deal/${"x".repeat(1_000)}`, undefined],
  ])("%s over %s", (template, uri, values) => {
    expect(uriTemplate(template).match(uri)).toEqual(values);
  });

  it("gives back whatever values it was expanded with", () => {
    const template = uriTemplate("inv://stock/{sku}/{location}");
    const value = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" });
    fc.assert(
      fc.property(value, value, (sku, location) => {
        expect(template.match(template.expand({ sku, location }))).toEqual({ sku, location });
      }),
    );
  });

  it.each(["deal/{id}", "crm://{a-b}", "crm://{id", "crm://{+id}"])("cannot be %s", (text) => {
    expect(() => uriTemplate(text)).toThrow(TypeError);
  });
});
