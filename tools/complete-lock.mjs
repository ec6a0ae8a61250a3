// Puts back into package-lock.json the optional packages of other platforms that npm leaves out when it cannot see
// them (npm/cli#4828, or a registry mirror that lacks them), and without which `npm ci` refuses the lock file.
// Run it after every `npm install`: node tools/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const platforms = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/** What a platform's package is for, read from its name: `@biomejs/cli-linux-x64-musl` → linux, x64, musl. */
function platformOf(name) {
  const words = name.toLowerCase().split(/[/@_.-]+/);
  const of = (known) => known.filter((word) => words.includes(word));
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : [];
  return {
    os: of(platforms),
    cpu: of(processors),
    ...(libc.length > 0 && words.includes("linux") && { libc }),
  };
}

let added = 0;
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (key in lock.packages || !/^\d/.test(version)) continue;
    const { os, cpu, libc } = platformOf(name);
    const entry = {
      version,
      cpu,
      ...(parent.dev && { dev: true }),
      ...(libc && { libc }),
      optional: true,
      os,
    };
    lock.packages[key] = Object.fromEntries(
      Object.entries(entry).filter(([, value]) => !Array.isArray(value) || value.length > 0),
    );
    added += 1;
  }
}
const [root, ...rest] = Object.entries(lock.packages);
rest.sort(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries([root, ...rest]);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added`);
