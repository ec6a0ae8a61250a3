import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const isBuilt = existsSync(builtCli);
const isSkipped = !isBuilt && process.env.CI !== "true";

const map = `key: customers/\${{ row.Id }}
with:
  external_id: \${{ row.Id }}
  name: \${{ row.Name }}
  phone: \${{ non_empty(row.Phone) }}
`;

describe.skipIf(isSkipped)(
  `importing bad input${isSkipped ? " (skipped: there is no dist; run npm run build)" : ""}`,
  () => {
    let template: TestWorkspace;
    let workspace: TestWorkspace;

    beforeAll(async () => {
      expect(isBuilt).toBe(true);
      template = await makeWorkspace({
        servers: { accounting: { builtin: "accounting" } },
        roles: { owner: { tools: ["accounting.*", "accounting.upsert_customer"] } },
      });
      expect((await template.ringmain("lock")).code).toBe(0);
    });
    afterAll(() => template?.remove());
    beforeEach(() => {
      workspace = template.copy();
      write("map.yaml", map);
      return () => workspace.remove();
    });

    const write = (file: string, content: string | Buffer) =>
      writeFileSync(join(workspace.dir, file), content);
    const importCsv = (...more: string[]) =>
      workspace.ringmain(
        "import",
        "some.csv",
        "--call",
        "accounting.upsert_customer",
        "--map",
        "map.yaml",
        ...more,
      );
    const customers = () =>
      workspace
        .query("SELECT external_id AS id, name, phone FROM accounting_customer ORDER BY external_id")
        .map((row) => ({ ...row }));
    const countCalls = () => workspace.query("SELECT count(*) AS calls FROM audit_entry")[0]?.calls;

    it("good rows are imported, bad ones refused with their line, and the mended file brings in the rest", async () => {
      const rows = [
        "\uFEFFId,Name,Phone",
        'C1,"Smith, ""Bob"" & Söhne",1',
        "",
        "C2,Ragged",
        `C3,${"x".repeat(1_000_000)},3`,
        'C4,"Two\r\nlines",4',
        ",No key,5",
        "",
        "C6,Fine,",
        "C1,Someone else,1",
        "C6,Fine,",
        "",
      ];
      write("some.csv", rows.join("\r\n"));
      const first = await importCsv("--refused", "bad.csv");
      expect(first.code).toBe(1);
      expect(first.stdout).toMatch(/8 rows[\s\S]*imported +2\n +unchanged +1\n +refused +5\n/);
      const told = first.stderr.split("\n").filter((line) => line.includes("some.csv:"));
      const places = [
        /:4 {2}INPUT_INVALID {2}The row has 2 fields, the header 3/,
        /:5 {2}INPUT_INVALID {2}name: /,
        /:6 {2}INPUT_INVALID {2}name: /,
        /:8 {2}INPUT_INVALID {2}The key is empty/,
        /:11 {2}CONFLICT {2}/,
      ];
      expect(told).toHaveLength(places.length);
      for (const [index, place] of places.entries()) expect(told[index]).toMatch(place);
      const smith = { id: "C1", name: 'Smith, "Bob" & Söhne', phone: "1" };
      const fine = { id: "C6", name: "Fine", phone: null };
      expect(customers()).toEqual([smith, fine]);

      const mended = readFileSync(join(workspace.dir, "bad.csv"), "utf8")
        .replace(/x{1000000}/, "Short")
        .replace('"Two\r\nlines"', "One line")
        .replace(/^,No key/m, "C5,A key")
        .replace(/^C1,/m, "C7,");
      write("some.csv", mended);
      expect(await importCsv()).toMatchObject({ code: 0 });
      expect(customers().map(({ id, name }) => `${id} ${name}`)).toEqual([
        `C1 ${smith.name}`,
        "C2 Ragged",
        "C3 Short",
        "C4 One line",
        "C5 A key",
        "C6 Fine",
        "C7 Someone else",
      ]);
    });

    it("a row that changed since its import is refused, and told so", async () => {
      write("some.csv", "Id,Name,Phone\nC1,Old,1\nC2,Same,2\n");
      expect((await importCsv()).code).toBe(0);
      write("some.csv", "Id,Name,Phone\nC1,New,1\nC2,Same,2\n");
      const { code, stdout } = await importCsv("--json");
      const report = z.object({
        rows: z.literal(2),
        imported: z.literal(0),
        unchanged: z.literal(1),
        refused: z.literal(1),
        refused_rows: z.tuple([
          z.object({ line: z.literal(2), code: z.literal("CONFLICT"), message: z.string() }),
        ]),
      });
      report.parse(JSON.parse(stdout));
      expect(code).toBe(1);
      expect(customers()[0]).toMatchObject({ name: "Old" });
    });

    it("faults of the map are shown with the lines around them, before anything is called", async () => {
      write("some.csv", "Id,Nmae,Phone\nC1,One,1\n");
      const { code, stdout, stderr } = await importCsv();
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toContain('map.yaml:4:17 some.csv has no column "Name".');
      expect(stderr).toMatch(/> 4 \| {3}name: \$\{\{ row\.Name \}\}/);
      expect(stderr).toContain('Did you mean "Nmae"?');
      expect(countCalls()).toBe(0);

      const document = await importCsv("--json");
      expect(document.code).toBe(2);
      expect(JSON.parse(document.stdout).error).toMatchObject({
        code: "WORKFLOW_INVALID",
        details: { problems: [{ code: "unknown-column", line: 4, column: 17 }] },
      });
    });

    it("a file that cannot be read to its end: nothing is called", async () => {
      write("some.csv", Buffer.from("Id,Name,Phone\nC1,One,1\nC2,Caf\xe9,2\n", "latin1"));
      const { code, stderr } = await importCsv();
      expect(code).toBe(2);
      expect(stderr).toContain("some.csv:3: this line is not UTF-8.");
      expect(countCalls()).toBe(0);
    });

    it("a dry run checks every row and calls nothing", async () => {
      write("some.csv", `Id,Name,Phone\nC1,One,1\nC2,${"x".repeat(300)},2\nC3\n`);
      const { code, stdout, stderr } = await importCsv("--dry-run");
      expect(code).toBe(1);
      expect(stdout).toMatch(/3 rows.*dry run[\s\S]*ready +1\n[\s\S]*refused +2\n/);
      expect(stderr).toMatch(/some\.csv:3 .*at most 200[\s\S]*some\.csv:4 .*1 field/);
      expect(countCalls()).toBe(0);
    });

    it("a dry run tells the rows that were imported before", async () => {
      write("some.csv", "Id,Name,Phone\nC1,One,1\n");
      expect(await importCsv()).toMatchObject({ code: 0 });
      write("some.csv", "Id,Name,Phone\nC1,Other,1\nC2,Two,2\n");
      const { code, stdout, stderr } = await importCsv("--dry-run");
      expect(code).toBe(0);
      expect(stdout).toMatch(/ready +1\n[\s\S]*done before +1\n/);
      expect(stderr).toContain("a row that has changed since will be refused");
    });

    it("a tool that is misspelt, and one without a grant", async () => {
      write("some.csv", "Id,Name,Phone\nC1,One,1\n");
      const call = (tool: string) =>
        workspace.ringmain("import", "some.csv", "--call", tool, "--map", "map.yaml");
      const misspelt = await call("accounting.upsert_custmer");
      expect(misspelt.code).toBe(2);
      expect(misspelt.stderr).toContain('Did you mean "accounting.upsert_customer"?');
      const denied = await call("accounting.record_payment");
      expect(denied.code).toBe(3);
      expect(denied.stderr).toContain("has no grant for accounting.record_payment");
    });
  },
);
