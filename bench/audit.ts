import { join } from "node:path";
import { leafHash } from "../src/audit/merkle.ts";
import { inclusionProof, rootOfInclusion } from "../src/audit/proof.ts";
import { createTreeReader } from "../src/audit/tree-reader.ts";
import { verifyTrail } from "../src/audit/verify.ts";
import { describeTool } from "../src/kit/describe-tool.ts";
import { createAccess } from "../src/policy/access.ts";
import { type BenchTrail, openBenchTrail } from "./audit/trail.ts";
import { interleave, processorMs, timeEach } from "./measure.ts";
import { compareRates, compareTimes, type Result } from "./result.ts";
import { definition } from "./server/definition.ts";
import { temporaryFolder } from "./temporary-workspace.ts";

const million = 1_000_000;
const policiesInWorkspace = 1_000;

/** What the trail costs: verifying it, proving an entry, appending to a long one; and decisions among many policies. */
export async function benchAudit(): Promise<Result[]> {
  using folder = temporaryFolder();
  const started = performance.now();
  const empty = await openBenchTrail(join(folder.dir, "empty"), 0);
  const some = await openBenchTrail(join(folder.dir, "some"), 100_000);
  const long = await openBenchTrail(join(folder.dir, "long"), million);
  process.stderr.write(`written in ${Math.round((performance.now() - started) / 1000)} s\n`);
  const results = [
    ...(await measureVerifying(some)),
    await measureProofs(long),
    await measureAppending(empty, long),
    ...(await measureDecisions()),
  ];
  for (const { database } of [empty, some, long]) database.close();
  return results;
}

async function measureVerifying({ database, writerKey, size }: BenchTrail): Promise<Result[]> {
  const verify = (payloads: boolean) => async () => {
    const before = processorMs();
    const { faults, entries } = verifyTrail(database, { writerKey, payloads });
    if (faults.length > 0 || entries !== size()) throw new Error("the trail does not verify");
    return [(processorMs() - before) / entries];
  };
  const taken = await interleave({ tree: verify(false), payloads: verify(true) }, 2);
  return [
    { name: "verify leaves and tree", side: taken("tree"), least: 150_000 },
    { name: "verify payloads, too", side: taken("payloads"), least: 70_000 },
  ].map(({ name, side, least }) =>
    compareRates({
      name: `${name} / ${least.toLocaleString("en")}`,
      unit: "entries/s",
      ours: side,
      baseline: side.map(() => 1000 / least),
      target: 1,
    }),
  );
}

async function measureProofs({ database, size }: BenchTrail): Promise<Result> {
  const bodyOf = database.prepare("SELECT body FROM audit_entry WHERE seq = ?");
  const head = size();
  const read = createTreeReader(database);
  const root = inclusionRoot(1);
  let asked = 0;
  function inclusionRoot(seq: number): string | undefined {
    const proof = inclusionProof(read, seq - 1, head);
    const leaf = leafHash(String(bodyOf.get(seq)?.body));
    return rootOfInclusion(leaf, seq - 1, head, proof)?.toString("hex");
  }
  const prove = async () => {
    asked += 1;
    // all over the trail, and never the same one twice
    if (inclusionRoot(((asked * 7_919_983) % head) + 1) !== root) throw new Error("a proof leads elsewhere");
  };
  const taken = await interleave({ prove: () => timeEach(20, prove) }, 4);
  const baseline = taken("prove").map(() => 5);
  return compareTimes({
    name: "inclusion proof at 1,000,000 entries / 5 ms",
    ours: taken("prove"),
    baseline,
    target: 1,
  });
}

async function measureAppending(empty: BenchTrail, long: BenchTrail): Promise<Result> {
  const group = 32;
  const append = (trail: BenchTrail) => () =>
    timeEach(20, async () => trail.append(group)).then((taken) => taken.map((ms) => ms / group));
  for (const trail of [empty, long]) await append(trail)();
  const taken = await interleave({ long: append(long), empty: append(empty) }, 20);
  return compareTimes({
    name: "append after 1,000,000 entries / after none",
    ours: taken("long"),
    baseline: taken("empty"),
    target: 1.1,
  });
}

/** Nearly all of the policies concern other agents or other tools, as in a workspace that has so many. */
async function measureDecisions(): Promise<Result[]> {
  const others = Array.from({ length: policiesInWorkspace - 1 }, (_, index) =>
    index % 2 === 0
      ? `@id("of-agent-${index}") forbid (principal == Agent::"agent-${index}", action, resource);`
      : `@id("of-tool-${index}") forbid (principal, action == Action::"bench.add_note", resource)
           when { context.arguments.text like "*${index}*" };`,
  );
  const access = createAccess({
    grants: new Map([["agent:bench", definition.tools.map(({ name }) => `bench.${name}`)]]),
    policies: [
      {
        file: "policies/many.cedar",
        text: [
          ...others,
          `@id("short") forbid (principal, action == Action::"bench.guarded", resource)
             when { context.arguments.text like "*forbidden*" };`,
        ].join("\n"),
      },
    ],
    tools: definition.tools.map((tool) => describeTool(definition.name, tool)),
  });
  const decide = (tool: string, count: number, looking: number) => {
    const request = { principal: "agent:bench", roles: [], tool, arguments: { text: "hello" }, facts: {} };
    return async () => {
      const before = processorMs();
      for (let index = 0; index < count; index += 1) {
        const decision = access.decide(request);
        if (!decision.allowed || decision.policies.length !== looking)
          throw new Error(`${tool} was not decided so`);
      }
      return [(processorMs() - before) / count];
    };
  };
  const sides = { policy: decide("bench.guarded", 200, 1), grant: decide("bench.echo", 20_000, 0) };
  for (const side of Object.values(sides)) await side();
  const taken = await interleave(sides, 4);
  const limit = (ms: number) => taken("grant").map(() => ms);
  return [
    compareTimes({
      name: "decision among 1,000 policies, one applies / 0.3 ms",
      ours: taken("policy"),
      baseline: limit(0.3),
      target: 1,
    }),
    compareTimes({
      name: "decision among 1,000 policies, only a grant / 0.02 ms",
      ours: taken("grant"),
      baseline: limit(0.02),
      target: 1,
    }),
  ];
}
