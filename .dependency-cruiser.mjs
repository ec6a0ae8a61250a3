// Who may import whom (docs/architecture.md). Type-only imports count.

/** A folder of src, and everything of ours that it may import besides itself. */
const mayImport = {
  core: [],
  db: ["core"],
  workspace: ["core"],
  identity: ["core", "db"],
  audit: ["core", "db"],
  policy: ["core", "db"],
  approval: ["core", "db", "audit"],
  kit: ["core", "db", "workspace", "identity", "audit", "policy", "approval"],
  hub: ["core"],
  workflow: ["core"],
  engine: ["core", "db", "workflow"],
  schedule: ["core", "db"],
  outbox: ["core", "db", "audit"],
  sinks: ["core", "db", "audit"],
  agent: ["core"],
  connect: ["core"],
  tui: ["core"],
};

const layers = Object.entries(mayImport).map(([layer, others]) => ({
  name: `layer-${layer}`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: { path: "^(src|servers)/", pathNot: `^src/(${[layer, ...others].join("|")})/` },
}));

/** A package that one place alone may import. */
const onlyIn = (name, packages, place) => ({
  name,
  severity: "error",
  from: { path: "^(src|servers)/", pathNot: place },
  to: { path: `node_modules/(${packages})/` },
});

export default {
  forbidden: [
    ...layers,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "src-never-imports-servers",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^servers/" },
    },
    {
      name: "servers-import-the-kit-side-only",
      severity: "error",
      from: { path: "^servers/" },
      to: { path: "^src/", pathNot: "^src/(core|db|identity|audit|policy|kit)/" },
    },
    {
      name: "servers-never-import-each-other",
      severity: "error",
      from: { path: "^servers/([^/]+)/" },
      to: { path: "^servers/", pathNot: "^servers/($1|sample)/" },
    },
    {
      name: "sample-data-in-seeds-only",
      severity: "error",
      from: { path: "^servers/", pathNot: "^servers/(sample/|[^/]+/seed)" },
      to: { path: "^servers/sample/" },
    },
    {
      name: "tui-by-dynamic-import",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(tui/|cli/open-tui\\.ts$)" },
      to: { path: "^src/tui/" },
    },
    onlyIn("ink-in-tui", "ink|react|@inkjs", "^src/(tui/|cli/open-tui\\.ts$)"),
    onlyIn("mcp-client-in-hub", "@modelcontextprotocol/client", "^src/hub/"),
    onlyIn("mcp-server-in-kit", "@modelcontextprotocol/server", "^src/kit/"),
    onlyIn("node-cron-in-schedule", "node-cron", "^src/schedule/"),
    onlyIn("nodemailer-in-outbox", "nodemailer", "^src/outbox/"),
    onlyIn("opentelemetry-in-sinks", "@opentelemetry", "^src/sinks/"),
    onlyIn("cedar-in-policy", "@cedar-policy", "^src/policy/"),
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
